import { resolveNs } from "node:dns/promises";
import { z } from "zod";
import { UserError } from "../config/load.ts";
import type { Environment } from "../config/schema.ts";
import { TERRAFORM_VERSION_CONSTRAINT } from "../config/versions.ts";
import { type Check, failed, ok, skipped, type Verdict } from "../doctor/check.ts";
import { ProvisionError } from "../nix-server/host.ts";
import { loginIdentities, readText, refuseLockOut } from "../nix-server/key-files.ts";
import { aws, jsonOf } from "./programs.ts";
import { neededVcpus } from "./quotas.ts";

const IDENTITY = "AWS identity";

const versionParts = (text: string): number[] => text.split(".").map(Number);

/** Whether a version is at least that of a constraint as in ">= 1.11.0". */
export const satisfies = (version: string, constraint: string): boolean => {
  const least = versionParts(constraint.replace(/^[^\d]*/, ""));
  const actual = versionParts(version);
  for (const [index, part] of least.entries()) {
    const own = actual[index] ?? 0;
    if (own !== part) return own > part;
  }
  return true;
};

const terraform = async (): Promise<Verdict> => {
  const answer = await jsonOf(
    "terraform",
    ["version", "-json"],
    "https://developer.hashicorp.com/terraform/install",
  );
  const { terraform_version: version } = z.object({ terraform_version: z.string() }).parse(answer);
  return satisfies(version, TERRAFORM_VERSION_CONSTRAINT)
    ? ok(`Terraform ${version}`)
    : failed(
        `Terraform ${version} is too old, it must be ${TERRAFORM_VERSION_CONSTRAINT}`,
        "https://developer.hashicorp.com/terraform/install",
      );
};

/** The role's name in an ARN of a role or of a session that assumed it. */
const roleName = (arn: string): string =>
  (/:assumed-role\/([^/]+)\//.exec(arn) ?? /:role\/(?:.*\/)?([^/]+)$/.exec(arn))?.[1] ?? arn;

const identity = async ({ region, cluster }: Environment): Promise<Verdict> => {
  const answer = await aws(region, "sts", "get-caller-identity");
  const { Arn: arn, Account: account } = z
    .object({ Arn: z.string(), Account: z.string() })
    .parse(answer);
  const admitted = cluster.adminRoleArns.some(
    (role) => roleName(role) === roleName(arn) && role.includes(`:${account}:`),
  );
  return admitted
    ? ok(`${arn} in account ${account}`)
    : failed(
        `${arn} is none of cluster.adminRoleArns, so the cluster would refuse its releases`,
        "take on one of those roles, or add this one to the environment file",
      );
};

const sshKey = async ({ nixServer }: Environment, env: NodeJS.ProcessEnv): Promise<Verdict> => {
  const file = env["NIXBARN_SSH_KEY"];
  const agent = env["SSH_AUTH_SOCK"];
  if (!file && !agent) {
    return failed(
      "no ssh key for the Nix server",
      "load an admin's key into an ssh agent (ssh-add), or name its file in NIXBARN_SSH_KEY",
    );
  }
  const key = file ? readText(file, "NIXBARN_SSH_KEY") : undefined;
  refuseLockOut(nixServer.admins, await loginIdentities(key, agent));
  return ok("the ssh key is one of nixServer.admins");
};

const quota = async (
  region: string,
  code: string,
  needed: number,
  what: string,
): Promise<Verdict> => {
  let answer: unknown;
  try {
    answer = await aws(
      region,
      ...["service-quotas", "get-service-quota"],
      ...["--service-code", "ec2", "--quota-code", code],
    );
  } catch (error) {
    if (error instanceof UserError) return skipped(`${what}: cannot be read (${error.message})`);
    throw error;
  }
  const { Quota } = z.object({ Quota: z.object({ Value: z.number() }) }).parse(answer);
  return Quota.Value >= needed
    ? ok(`${Quota.Value} ${what}, up to ${needed} are needed`)
    : failed(
        `${Quota.Value} ${what}, but up to ${needed} are needed`,
        `ask for more in Service Quotas, EC2, ${code}, or lower nodes.max`,
      );
};

const nameServers = z.object({
  HostedZone: z.object({ Name: z.string() }),
  DelegationSet: z.object({ NameServers: z.array(z.string()) }),
});

const plainName = (name: string): string => name.toLowerCase().replace(/\.$/, "");

/** The name servers that the world asks for a domain. */
export type AskNameServers = (domain: string) => Promise<readonly string[]>;

const delegation = async (
  region: string,
  zoneId: string,
  ask: AskNameServers,
): Promise<Verdict> => {
  const { HostedZone, DelegationSet } = nameServers.parse(
    await aws(region, "route53", "get-hosted-zone", "--id", zoneId),
  );
  const zone = plainName(HostedZone.Name);
  const wanted = DelegationSet.NameServers.map(plainName);
  const found = await ask(zone).then(
    (names) => names.map(plainName),
    () => [],
  );
  return found.some((name) => wanted.includes(name))
    ? ok(`${zone} is delegated to its name servers`)
    : failed(
        `${zone} is not delegated: the world asks ${found.join(", ") || "nobody"} for it`,
        `set its NS record at the registrar or in the parent zone to ${wanted.join(", ")}; until then the certificate waits for its validation`,
      );
};

const ownCertificate = async (region: string, arn: string): Promise<Verdict> => {
  const answer = await aws(region, "acm", "describe-certificate", "--certificate-arn", arn);
  const { Certificate } = z.object({ Certificate: z.object({ Status: z.string() }) }).parse(answer);
  return Certificate.Status === "ISSUED"
    ? ok(`${arn} is issued`)
    : failed(`${arn} is ${Certificate.Status}`, "have it issued first: see it in ACM");
};

/** A fault of the user's is told by its text; what to do about it stands in it. */
const told = (run: () => Promise<Verdict>) => async (): Promise<Verdict> => {
  try {
    return await run();
  } catch (error) {
    if (!(error instanceof UserError || error instanceof ProvisionError)) throw error;
    return failed(error.message, "put that right and deploy again");
  }
};

/** What must be there before a deploy starts; nothing is changed. */
export const preflight = (
  environment: Environment,
  env: NodeJS.ProcessEnv,
  ask: AskNameServers = resolveNs,
): readonly Check[] => {
  const { region, domain } = environment;
  const { onDemand, spot } = neededVcpus(environment);
  const needs = [IDENTITY];
  return [
    { name: "Terraform", run: told(terraform) },
    { name: IDENTITY, run: told(() => identity(environment)) },
    { name: "ssh key", run: told(() => sshKey(environment, env)) },
    {
      name: "vCPUs",
      needs,
      run: told(() => quota(region, "L-1216C47A", onDemand, "vCPUs on demand")),
    },
    ...(spot === 0
      ? []
      : [
          {
            name: "spot vCPUs",
            needs,
            run: told(() => quota(region, "L-34B43A08", spot, "spot vCPUs")),
          },
        ]),
    domain.hostedZoneId === undefined
      ? {
          name: "certificate",
          needs,
          run: told(() => ownCertificate(region, domain.certificateArn ?? "")),
        }
      : {
          name: "hosted zone",
          needs,
          run: told(() => delegation(region, domain.hostedZoneId ?? "", ask)),
        },
  ];
};
