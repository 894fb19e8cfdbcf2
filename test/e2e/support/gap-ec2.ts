/** Where moto's EC2 answers other than AWS: its answers are corrected on their way back. */
export interface Ec2Corrections {
  /** @param call the request's form fields @param answer moto's XML */
  correct(call: URLSearchParams, answer: string): string;
}

/** Puts the remembered description into each rule's element. */
const withDescription = (answer: string, descriptions: ReadonlyMap<string, string>): string =>
  answer.replaceAll(
    /<securityGroupRuleId>(sgr-[0-9a-f]+)<\/securityGroupRuleId>/g,
    (id: string, rule: string) => {
      const description = descriptions.get(rule);
      return description === undefined ? id : `${id}<description>${description}</description>`;
    },
  );

export const ec2Corrections = (): Ec2Corrections => {
  const descriptions = new Map<string, string>();
  const terminated = new Set<string>();
  return {
    correct(call, answer) {
      const action = call.get("Action");
      if (action === "TerminateInstances") {
        for (const [field, value] of call)
          if (field.startsWith("InstanceId.")) terminated.add(value);
      }
      // AWS lets go of a terminated instance's network interface; moto does not.
      if (action === "DescribeNetworkInterfaces") {
        return answer.replaceAll(/<attachment>[\s\S]*?<\/attachment>/g, (attachment) =>
          [...terminated].some((id) => attachment.includes(id)) ? "" : attachment,
        );
      }
      // moto forgets the description of a rule that names another group.
      if (action?.startsWith("AuthorizeSecurityGroup")) {
        const description = call.get("IpPermissions.1.Groups.1.Description");
        const rule = /<securityGroupRuleId>(sgr-[0-9a-f]+)/.exec(answer)?.[1];
        if (description !== null && rule !== undefined) descriptions.set(rule, description);
        return answer;
      }
      if (action === "DescribeSecurityGroupRules") return withDescription(answer, descriptions);
      // moto puts a launch template's own tags among those of what it launches.
      if (action === "DescribeLaunchTemplateVersions") {
        return answer.replaceAll(
          /<item>\s*<resourceType>launch-template<\/resourceType>\s*<tagSet>[\s\S]*?<\/tagSet>\s*<\/item>/g,
          "",
        );
      }
      return answer;
    },
  };
};
