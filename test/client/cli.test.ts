import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { poolConstraints, poolPlatform } from "../../config/platform.ts";
import { example } from "../support/synth.ts";

const root = join(import.meta.dirname, "../..");
const folder = mkdtempSync(join(tmpdir(), "nixbarn-client-"));
afterAll(() => rmSync(folder, { recursive: true }));
const KEY = "0123456789abcdef".repeat(4);

writeFileSync(join(folder, "aws"), `#!/bin/sh\necho ${KEY}\n`);
chmodSync(join(folder, "aws"), 0o755);
const left = join(folder, "left");
mkdirSync(left);
writeFileSync(
  join(left, "outputs.json"),
  JSON.stringify({
    "example-nix-server": {
      instanceId: "i-1",
      privateAddress: "10.0.0.9",
      sshAddress: "192.0.2.7",
      volumeId: "vol-1",
      nfsClientSecurityGroupId: "sg-1",
    },
    "example-ingress": {
      endpoint: "bazel.example.com",
      loadBalancerDnsName: "lb.example.com",
      targetGroupArn: "arn:1",
      apiKeySecretNames: [],
    },
    "example-buildbarn": {
      pools: example().buildbarn.pools.map((pool) => ({
        name: pool.name,
        execProperties: poolPlatform(pool),
        constraintValues: poolConstraints(pool),
      })),
    },
  }),
);
writeFileSync(join(left, "known_hosts"), "192.0.2.7 ssh-ed25519 AAAA\n10.0.0.1 ssh-ed25519 B\n");
writeFileSync(join(left, "store-public-key"), "nixbarn-1:abc=\n");

const client = (...args: string[]) => {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ["--import", "tsx", "client/cli.ts", ...args],
    {
      cwd: root,
      encoding: "utf8",
      env: { ...process.env, PATH: `${folder}:${process.env["PATH"]}` },
    },
  );
  return { status, stdout, stderr };
};

describe("npm run client", () => {
  test("writes the bundle from what the deploy left, and never prints the key", () => {
    const out = join(folder, "bundle");
    const outputs = join(left, "outputs.json");
    const { status, stdout, stderr } = client("--key", "ci", "--out", out, "--outputs", outputs);
    expect(stderr).toBe("reading the API key ci from Secrets Manager …\n");
    expect(stdout).toBe(`7 files in ${out}; ${out}/README.md tells what to add where\n`);
    expect(status).toBe(0);
    expect(stdout + stderr).not.toContain(KEY);
  });

  test("tells all that is missing at once, and writes nothing", () => {
    const out = join(folder, "my bundle");
    const { status, stderr } = client(
      ...["--key", "nope", "--out", out, "--outputs", join(folder, "none/outputs.json")],
      ...["--bazel-package", "//x"],
    );
    const lines = stderr.trim().split("\n").slice(1);
    expect(lines.map((line) => line.replaceAll(folder, "…"))).toEqual([
      '--out: …/my bundle has " " in it, which the files cannot carry',
      '--bazel-package: must be a package as in tools/nixbarn, got "//x"',
      "…/none/outputs.json cannot be read; deploy the stacks, then: ENVIRONMENT=example npx cdktf output '*' --outputs-file …/none/outputs.json",
      "…/none/known_hosts cannot be read; it is written by: ENVIRONMENT=example npm run nix-server -- apply",
      "…/none/store-public-key cannot be read; it is written by: ENVIRONMENT=example npm run nix-server -- apply",
      'environments/example.yaml has no API key "nope"; it has laptops, ci',
    ]);
    expect(status).toBe(1);
    expect(existsSync(out)).toBe(false);
  });
});
