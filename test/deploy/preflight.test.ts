import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterAll, afterEach, describe, expect, test } from "vitest";
import type { Environment } from "../../config/schema.ts";
import { planText } from "../../deploy/plan-text.ts";
import { type AskNameServers, preflight, satisfies } from "../../deploy/preflight.ts";
import { neededVcpus, vcpusOf } from "../../deploy/quotas.ts";
import { runChecks } from "../../doctor/check.ts";
import { renderFinding } from "../../doctor/report.ts";
import { sshKeyPair } from "../support/ssh-server.ts";
import { example, minimal } from "../support/synth.ts";

const folder = mkdtempSync(join(tmpdir(), "nixbarn-deploy-"));
afterAll(() => rmSync(folder, { recursive: true }));
const path = process.env["PATH"];
afterEach(() => {
  process.env["PATH"] = path;
});

const alice = sshKeyPair();
const stranger = sshKeyPair();
writeFileSync(join(folder, "alice"), alice.private);
writeFileSync(join(folder, "stranger"), stranger.private);

/** The example, with an admin whose private key is at hand. */
const environment = (): Environment => ({
  ...example(),
  nixServer: { ...example().nixServer, admins: [{ name: "alice", publicKey: alice.public }] },
});

interface Answers {
  readonly terraform?: string;
  /** By service and action; a text that starts with "!" is an error. */
  readonly aws?: Readonly<Record<string, string>>;
}

const ROLE = "arn:aws:sts::111122223333:assumed-role/deployer/me";
const GOOD: Readonly<Record<string, string>> = {
  "sts get-caller-identity": JSON.stringify({ Arn: ROLE, Account: "111122223333" }),
  "service-quotas get-service-quota": JSON.stringify({ Quota: { Value: 1000 } }),
  "route53 get-hosted-zone": JSON.stringify({
    HostedZone: { Name: "zone.invalid." },
    DelegationSet: { NameServers: ["ns-1.awsdns-01.com"] },
  }),
  "acm describe-certificate": JSON.stringify({ Certificate: { Status: "ISSUED" } }),
};

/** Puts a `terraform` and an `aws` on PATH that answer so. */
const pretend = ({ terraform = "1.14.0", aws = {} }: Answers): void => {
  const cases = Object.entries({ ...GOOD, ...aws }).map(([call, answer]) =>
    answer.startsWith("!")
      ? `"${call}") echo '${answer.slice(1)}' >&2; exit 254;;`
      : `"${call}") echo '${answer}';;`,
  );
  const scripts = {
    terraform: `echo '{"terraform_version":"${terraform}"}'`,
    aws: `case "$1 $2" in ${cases.join("\n")} esac`,
  };
  for (const [name, script] of Object.entries(scripts)) {
    writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`);
    chmodSync(join(folder, name), 0o755);
  }
  process.env["PATH"] = `${folder}${delimiter}${path}`;
};

const quiet = { doing: () => {}, done: () => {}, found: () => {} };
const lines = async (
  wanted: Environment,
  env: NodeJS.ProcessEnv = { NIXBARN_SSH_KEY: join(folder, "alice") },
  ask: AskNameServers = async () => ["NS-1.awsdns-01.com."],
): Promise<string[]> => (await runChecks(preflight(wanted, env, ask), quiet)).map(renderFinding);

/** One check's line and remedy. */
const lineOf = async (check: string, answers: Answers, wanted = environment()): Promise<string> => {
  pretend(answers);
  return (await lines(wanted)).find((line) => line.includes(` ${check}: `)) ?? "";
};

test("all is there", async () => {
  pretend({});
  expect(await lines(environment())).toEqual([
    "ok      Terraform: Terraform 1.14.0",
    `ok      AWS identity: ${ROLE} in account 111122223333`,
    "ok      ssh key: the ssh key is one of nixServer.admins",
    "ok      vCPUs: 1000 vCPUs on demand, up to 28 are needed",
    "ok      spot vCPUs: 1000 spot vCPUs, up to 64 are needed",
    "ok      hosted zone: zone.invalid is delegated to its name servers",
  ]);
});

test("an environment with a certificate of its own is asked for that", async () => {
  expect(await lineOf("certificate", {}, minimal())).toMatch(/^ok .* is issued$/);
});

describe("what is missing is named, with what to do", () => {
  test.each([
    [
      "Terraform",
      { terraform: "1.9.8" },
      "FAILED  Terraform: Terraform 1.9.8 is too old, it must be >= 1.11.0\n        remedy: https://developer.hashicorp.com/terraform/install",
    ],
    [
      "AWS identity",
      { aws: { "sts get-caller-identity": "!Unable to locate credentials" } },
      "FAILED  AWS identity: Unable to locate credentials\n        remedy: put that right and deploy again",
    ],
    [
      "AWS identity",
      { aws: { "sts get-caller-identity": '{"Arn":"arn:aws:iam::1:user/bob","Account":"1"}' } },
      "FAILED  AWS identity: arn:aws:iam::1:user/bob is none of cluster.adminRoleArns, so the cluster would refuse its releases\n        remedy: take on one of those roles, or add this one to the environment file",
    ],
    [
      "vCPUs",
      { aws: { "service-quotas get-service-quota": '{"Quota":{"Value":5}}' } },
      "FAILED  vCPUs: 5 vCPUs on demand, but up to 28 are needed\n        remedy: ask for more in Service Quotas, EC2, L-1216C47A, or lower nodes.max",
    ],
    [
      "vCPUs",
      { aws: { "service-quotas get-service-quota": "!AccessDenied" } },
      "skipped vCPUs: vCPUs on demand: cannot be read (AccessDenied)",
    ],
  ])("%s %#", async (check, answers, expected) => {
    expect(await lineOf(check, answers)).toBe(expected);
  });

  test.each([
    ["elsewhere", async () => ["ns.other.net"], "the world asks ns.other.net for it"],
    ["nowhere", () => Promise.reject(new Error("ENOTFOUND")), "the world asks nobody for it"],
  ])("a zone that is delegated %s", async (_, ask, said) => {
    pretend({});
    const env = { NIXBARN_SSH_KEY: join(folder, "alice") };
    expect((await lines(environment(), env, ask)).at(-1)).toBe(
      `FAILED  hosted zone: zone.invalid is not delegated: ${said}\n        remedy: set its NS record at the registrar or in the parent zone to ns-1.awsdns-01.com; until then the certificate waits for its validation`,
    );
  });

  test("a certificate that is not issued", async () => {
    const aws = { "acm describe-certificate": '{"Certificate":{"Status":"PENDING_VALIDATION"}}' };
    expect(await lineOf("certificate", { aws }, minimal())).toMatch(/is PENDING_VALIDATION/);
  });

  test("no ssh key at all; one that is no admin's", async () => {
    pretend({});
    const [none] = (await lines(environment(), {})).filter((line) => line.includes("ssh key"));
    expect(none).toContain("FAILED  ssh key: no ssh key for the Nix server");
    const env = { NIXBARN_SSH_KEY: join(folder, "stranger") };
    const [other] = (await lines(environment(), env)).filter((line) => line.includes("ssh key"));
    expect(other).toContain("none of your keys is among the admins (alice)");
  });

  test("neither Terraform nor the AWS CLI", async () => {
    process.env["PATH"] = "";
    const found = await lines(environment());
    expect(found[0]).toContain("terraform is not on PATH: https://developer.hashicorp.com");
    expect(found[1]).toContain("aws is not on PATH: https://aws.amazon.com/cli/");
    expect(found[3]).toBe("skipped vCPUs: needs: AWS identity");
  });
});

test.each([
  ["1.11.0", true],
  ["1.11", true],
  ["1.10.9", false],
  ["2.0.0", true],
  ["1.9.9", false],
])("Terraform %s satisfies >= 1.11.0: %s", (version, expected) => {
  expect(satisfies(version, ">= 1.11.0")).toBe(expected);
});

test("vCPUs: by the size in the name, the largest type of a pool for all its nodes", () => {
  expect(["m7i.large", "m7i.xlarge", "c7i.8xlarge", "t3.medium"].map(vcpusOf)).toEqual([
    2, 4, 32, 1,
  ]);
  expect(neededVcpus(example())).toEqual({ onDemand: 4 + 4 * 2 + 2 * 8, spot: 8 * 8 });
});

test("what a deploy is about to make, and its price", () => {
  expect(planText(example()).split("\n").slice(0, 4)).toEqual([
    "environment example in eu-central-1: stacks network, nix-server, cluster, ingress, platform, buildbarn",
    "roughly, while nobody builds, in US dollars a month (list prices of us-east-1):",
    "       37  1 NAT gateway",
    "      184  m7i.xlarge, 300 GiB for /nix",
  ]);
});
