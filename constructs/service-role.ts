import { IamRole } from "@cdktf/provider-aws/lib/iam-role";
import { IamRolePolicy } from "@cdktf/provider-aws/lib/iam-role-policy";
import { IamRolePolicyAttachment } from "@cdktf/provider-aws/lib/iam-role-policy-attachment";
import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";

/** One statement of an IAM policy, with AWS's own key names. */
export interface PolicyStatement {
  readonly Effect: "Allow";
  readonly Action: readonly string[];
  readonly Resource: string | readonly string[];
  readonly Condition?: Readonly<
    Record<string, Readonly<Record<string, string | readonly string[]>>>
  >;
}

export interface ServiceRoleProps {
  readonly name: string;
  /** The AWS service that takes the role. @example "eks.amazonaws.com" */
  readonly service: string;
  /** @default ["sts:AssumeRole"] */
  readonly trustActions?: readonly string[];
  /** AWS's own policies, as `service-role/Name` or `Name`. @default - none */
  readonly managedPolicies?: readonly string[];
  /** Rights written out here. @default - none */
  readonly statements?: readonly PolicyStatement[];
}

/** An IAM role that one AWS service takes, with AWS's managed policies or written-out rights. */
export class ServiceRole extends Construct {
  readonly role: IamRole;
  /** What must be there before the role is of use; make its users depend on these. */
  readonly policies: ITerraformDependable[];

  constructor(scope: Construct, id: string, props: ServiceRoleProps) {
    super(scope, id);
    this.role = new IamRole(this, "Resource", {
      name: props.name,
      assumeRolePolicy: policyDocument([
        {
          Effect: "Allow",
          Principal: { Service: props.service },
          Action: props.trustActions ?? ["sts:AssumeRole"],
        },
      ]),
    });
    const managed = (props.managedPolicies ?? []).map(
      (policy) =>
        new IamRolePolicyAttachment(this, policy.replace("service-role/", ""), {
          role: this.role.name,
          policyArn: `arn:aws:iam::aws:policy/${policy}`,
        }),
    );
    const own =
      props.statements === undefined
        ? []
        : [
            new IamRolePolicy(this, "policy", {
              name: "rights",
              role: this.role.name,
              policy: policyDocument(props.statements),
            }),
          ];
    this.policies = [...managed, ...own];
  }
}

/** A policy document's JSON. */
export const policyDocument = (statements: readonly object[]): string =>
  JSON.stringify({ Version: "2012-10-17", Statement: statements });

/** Trust of EKS pod identity. https://docs.aws.amazon.com/eks/latest/userguide/pod-id-role.html */
export const POD_IDENTITY_TRUST = {
  service: "pods.eks.amazonaws.com",
  trustActions: ["sts:AssumeRole", "sts:TagSession"],
} as const;
