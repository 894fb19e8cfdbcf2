import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, describe, expect, test } from "vitest";
import { bundle, SECRET_FILE } from "../../../client/bundle.ts";
import { writeBundle } from "../../../client/write-bundle.ts";
import { poolPlatform } from "../../../config/platform.ts";
import { example } from "../../support/synth.ts";

const workspace = mkdtempSync(join(tmpdir(), "nixbarn-workspace-"));
const folder = join(workspace, "nixbarn");
const KEY = "0123456789abcdef".repeat(4);
const pools = example().buildbarn.pools.map((pool) => ({
  name: pool.name,
  execProperties: poolPlatform(pool),
  // rules_nixpkgs itself is not here, so neither is its constraint.
  constraintValues: ["@platforms//os:linux"],
}));

writeBundle(
  folder,
  bundle({
    environment: "example",
    endpoint: "bazel.example.com",
    apiKey: KEY,
    keyName: "laptops",
    pools,
    sshAddress: "192.0.2.7",
    knownHosts: "192.0.2.7 ssh-ed25519 AAAA\n",
    storePublicKey: "nixbarn-1:abc=",
    identityFile: "~/.ssh/id_ed25519",
    folder,
    bazelPackage: "nixbarn",
  }),
);
writeFileSync(join(workspace, "WORKSPACE"), 'workspace(name = "ours")\n');
/** The line of the bundle's README. */
const [line = ""] = /try-import [^`]+/.exec(readFileSync(join(folder, "README.md"), "utf8")) ?? [];
writeFileSync(join(workspace, ".bazelrc"), `${line}\n`);

const bazel = (...args: string[]) =>
  execa("bazel", [`--output_user_root=${join(workspace, ".bazel")}`, ...args], {
    cwd: workspace,
    reject: false,
    all: true,
  });
afterAll(async () => {
  await bazel("shutdown");
  rmSync(workspace, { recursive: true, force: true });
});

test("ssh reads the alias with all its settings", async () => {
  const { stdout } = await execa("ssh", ["-G", "-F", join(folder, "ssh_config"), "nix-server"]);
  const lines = stdout.split("\n");
  expect(lines).toEqual(
    expect.arrayContaining([
      ...["hostname 192.0.2.7", "user nix", "identitiesonly yes", "controlmaster auto"],
      ...["identityfile ~/.ssh/id_ed25519", `userknownhostsfile ${folder}/known_hosts`],
      ...["stricthostkeychecking true", "controlpersist 600", "serveraliveinterval 15"],
    ]),
  );
});

describe("Bazel", () => {
  test("sees a platform for each pool", async () => {
    const { stdout } = await bazel("query", "kind(platform, //nixbarn:all)");
    expect(stdout.split("\n").toSorted()).toEqual(pools.map(({ name }) => `//nixbarn:${name}`));
  });

  /** As a build would, but without the remote execution that is not here. */
  const build = (config: string) =>
    bazel("build", "--announce_rc", "--nobuild", `--config=${config}`, "--remote_executor=");

  test.each(pools)("takes every option of --config=$name", async ({ name }) => {
    const { all, exitCode } = await build(name);
    expect(all).toContain(
      `build:${name} in file ${folder}/${SECRET_FILE}: --config=nixbarn --extra_execution_platforms=//nixbarn:${name}\n`,
    );
    expect(all).toContain(
      `build:nixbarn in file ${folder}/${SECRET_FILE}: --remote_executor=grpcs://bazel.example.com --remote_header=x-api-key=${KEY} --remote_timeout=3600 --grpc_keepalive_time=30s --remote_retries=10 --remote_upload_local_results=false\n`,
    );
    expect(exitCode).toBe(0);
  });

  test("a planted option that it does not know is caught", async () => {
    appendFileSync(join(folder, SECRET_FILE), "build:nixbarn --remote_ozone\n");
    const { all, exitCode } = await build("linux-amd64");
    expect(all).toContain("--remote_ozone :: Unrecognized option");
    expect(exitCode).toBe(2);
  });
});
