/** Fits the synthesized stacks to a cluster without nodes, and gives them what the other stacks would. */
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { ADMIN_TOKEN } from "../support/kube-api.ts";
import { unsigned } from "../support/unsigned.ts";

/** The switch: charts of others are fetched from the internet and applied too when it is "1". */
export const WITH_THIRD_PARTY_CHARTS = process.env["NIXBARN_E2E_THIRD_PARTY_CHARTS"] === "1";

const stackFile = z.looseObject({
  resource: z.record(z.string(), z.record(z.string(), z.looseObject({}))).default({}),
  output: z.record(z.string(), z.looseObject({ value: z.unknown() })).default({}),
});

const readStack = (file: string) => stackFile.parse(JSON.parse(readFileSync(file, "utf8")));

/** No pod ever gets ready here: nobody waits for them. Charts of others stay out unless switched on. */
export const fitToEmptyCluster = (stackFolder: string): void => {
  const file = join(stackFolder, "cdk.tf.json");
  const stack = readStack(file);
  const releases = Object.entries(stack.resource["helm_release"] ?? {})
    .filter(([, release]) => WITH_THIRD_PARTY_CHARTS || release["repository"] === undefined)
    .map(([name, release]): [string, Record<string, unknown>] => [
      name,
      { ...release, wait: false, atomic: false },
    ]);
  stack.resource["helm_release"] = Object.fromEntries(releases);
  if (releases.length === 0) delete stack.resource["helm_release"];
  writeFileSync(file, JSON.stringify(stack));
};

/** A state file in which each output of a stack is there, with a value that only has the right look. */
export const pretendDeployed = (stackFolder: string, stateFile: string): void => {
  const { output } = readStack(join(stackFolder, "cdk.tf.json"));
  const value = (name: string): string =>
    name.includes("arn")
      ? "arn:aws:elasticloadbalancing:eu-central-1:1:targetgroup/t/1"
      : "pretended";
  const outputs = Object.fromEntries(
    Object.keys(output).map((name) => [name, { value: value(name), type: "string" }]),
  );
  mkdirSync(join(stateFile, ".."), { recursive: true });
  writeFileSync(
    stateFile,
    JSON.stringify({
      ...{ version: 4, terraform_version: "1.11.0", serial: 1, lineage: "pretended" },
      ...{ outputs, resources: [] },
    }),
  );
};

/** An `aws` on PATH that knows `eks get-token` alone. */
export const fakeAwsCli = (folder: string): string => {
  const credential = {
    apiVersion: "client.authentication.k8s.io/v1beta1",
    kind: "ExecCredential",
    status: { token: ADMIN_TOKEN },
  };
  mkdirSync(folder, { recursive: true });
  writeFileSync(
    join(folder, "aws"),
    `#!/bin/sh\n[ "$1 $2" = "eks get-token" ] || exit 1\necho '${JSON.stringify(credential)}'\n`,
  );
  chmodSync(join(folder, "aws"), 0o755);
  return `${folder}:${process.env["PATH"]}`;
};

/** Makes the cluster that the stacks look up by its name. */
export const createCluster = async (
  endpoint: string,
  region: string,
  name: string,
): Promise<void> => {
  const response = await fetch(`${endpoint}/clusters`, {
    method: "POST",
    headers: { "content-type": "application/json", ...unsigned(region, "eks") },
    body: JSON.stringify({ name, version: "1.36", roleArn: "arn:aws:iam::1:role/x" }),
  });
  if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);
};
