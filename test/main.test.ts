import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { STACKS } from "../config/names.ts";
import { copyProgram } from "./support/program-copy.ts";

const root = join(import.meta.dirname, "..");
const copy = copyProgram();

/** `npm run synth` in a copy of the program, so that the checkout stays as it is. */
const synth = (environment: string | undefined) => {
  const { ENVIRONMENT: _, CDKTF_OUTDIR: __, ...inherited } = process.env;
  // Node alone: neither Terraform nor anything else can be found.
  const env = { ...inherited, PATH: "" };
  return spawnSync(process.execPath, ["--import", "tsx", "main.ts"], {
    cwd: copy,
    env: environment === undefined ? env : { ...env, ENVIRONMENT: environment },
    encoding: "utf8",
  });
};

afterAll(() => rmSync(copy, { recursive: true }));

describe("npm run synth", () => {
  test("an environment that does not exist: the list, exit code 1, nothing written", () => {
    const { status, stdout, stderr } = synth("nope");
    expect([status, stdout]).toEqual([1, ""]);
    expect(stderr).toBe(
      'there is no environment "nope"; ENVIRONMENT can be example, minimal. To make one, copy environments/example.yaml to environments/<name>.yaml\n',
    );
    expect(existsSync(join(copy, "cdktf.out"))).toBe(false);
  });

  test("a broken file: all faults, no stack trace, exit code 1, nothing written", () => {
    const text = readFileSync(join(root, "environments/minimal.yaml"), "utf8");
    writeFileSync(
      join(copy, "environments/broken.yaml"),
      text
        .replace("name: minimal", "name: Broken")
        .replace("sshCidrs: [203.0.113.0/24]", "sshCidrs: [0.0.0.0/0]"),
    );
    const { status, stdout, stderr } = synth("broken");
    expect([status, stdout]).toEqual([1, ""]);
    expect(stderr.trim().split("\n")).toEqual([
      "environments/broken.yaml has 2 faults; nothing was written:",
      '  name: must be lower-case letters, digits and single hyphens, starting with a letter, 1 to 16 characters, got "Broken"; for example "example"',
      '  nixServer.sshCidrs[0]: must not be open to the world; list the networks that you connect from, got "0.0.0.0/0"; for example "203.0.113.0/24"',
    ]);
    expect(existsSync(join(copy, "cdktf.out"))).toBe(false);
  });

  test("without a name, the example: where each stack's JSON is, and what to do next", () => {
    const { status, stdout, stderr } = synth(undefined);
    expect([status, stderr]).toEqual([0, ""]);
    const files = STACKS.map((stack) => `cdktf.out/stacks/example-${stack}/cdk.tf.json`);
    for (const file of files) {
      expect(stdout).toContain(file);
      expect(existsSync(join(copy, file))).toBe(true);
    }
    expect(stdout).toContain("npx cdktf deploy '*'");
  });
});
