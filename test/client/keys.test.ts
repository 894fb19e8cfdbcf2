import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";

const root = join(import.meta.dirname, "../..");
const folder = mkdtempSync(join(tmpdir(), "nixbarn-keys-"));
afterAll(() => rmSync(folder, { recursive: true }));
const KEY = "0123456789abcdef".repeat(4);

/** Runs `npm run keys` with an `aws` of our own on PATH. */
const keys = (aws: string, ...args: string[]) => {
  writeFileSync(join(folder, "aws"), `#!/bin/sh\n${aws}\n`);
  chmodSync(join(folder, "aws"), 0o755);
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ["--import", "tsx", "cli/keys.ts", ...args],
    {
      cwd: root,
      encoding: "utf8",
      env: { ...process.env, PATH: `${folder}:${process.env["PATH"]}`, ENVIRONMENT: "example" },
    },
  );
  return { status, stdout, stderr };
};

test("the list: generations that are admitted, never a key, and AWS is not asked", () => {
  const { status, stdout } = keys("exit 9");
  expect(stdout.split("\n").map((line) => line.trim().replace(/ +/g, " "))).toEqual([
    "name generation valid",
    "ci 1 until 2099-12-31",
    "ci 2 until it is rotated",
    "laptops 1 until it is rotated",
    "",
  ]);
  expect(status).toBe(0);
});

test("show prints the present generation, asked for by name alone", () => {
  const { status, stdout } = keys(`echo "$@" > ${folder}/asked; echo ${KEY}`, "show", "ci");
  expect([status, stdout]).toEqual([0, `${KEY}\n`]);
  const asked = spawnSync("cat", [join(folder, "asked")], { encoding: "utf8" }).stdout;
  expect(asked).toContain("--secret-id nixbarn/example/api-keys/ci/2 --region eu-central-1");
});

describe("what goes wrong", () => {
  test.each([
    ["a name that is not there", "exit 9", "nope", 'has no API key "nope"; it has laptops, ci'],
    [
      "no rights",
      "echo 'An error occurred (AccessDeniedException)' >&2; exit 254",
      "ci",
      "nixbarn/example/api-keys/ci/2 cannot be read from Secrets Manager: An error occurred (AccessDeniedException)",
    ],
    ["something else in it", "echo hello", "ci", "is not a key that nixbarn made"],
  ])("%s", (_, aws, name, message) => {
    const { status, stdout, stderr } = keys(aws, "show", name);
    expect(stderr).toContain(message);
    expect(stderr).not.toContain("    at ");
    expect([status, stdout]).toEqual([1, ""]);
  });
});
