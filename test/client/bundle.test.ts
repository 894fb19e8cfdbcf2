import { spawnSync } from "node:child_process";
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { bundle, SECRET_FILE } from "../../client/bundle.ts";
import { folderFaults, pathFaults, writeBundle } from "../../client/write-bundle.ts";
import { poolConstraints, poolPlatform } from "../../config/platform.ts";
import { example } from "../support/synth.ts";

const KEY = "0123456789abcdef".repeat(4);
const files = bundle({
  environment: "example",
  endpoint: "bazel.example.com",
  apiKey: KEY,
  keyName: "laptops",
  pools: example().buildbarn.pools.map((pool) => ({
    name: pool.name,
    execProperties: poolPlatform(pool),
    constraintValues: [...poolConstraints(pool)],
  })),
  sshAddress: "192.0.2.7",
  knownHosts: "192.0.2.7 ssh-ed25519 AAAA\n",
  storePublicKey: "nixbarn-1:abc=",
  identityFile: "~/.ssh/id_ed25519",
  folder: "/home/bob/ws/nixbarn",
  bazelPackage: "nixbarn",
});
const content = (name: string): string => files.find((file) => file.name === name)?.content ?? "";

describe("the files, by exact text", () => {
  test("nixbarn.bazelrc", () => {
    expect(
      content(SECRET_FILE),
    ).toBe(`# nixbarn, environment example. Holds the API key "laptops": keep it out of version control.
# In your .bazelrc: try-import %workspace%/nixbarn/nixbarn.bazelrc
build:nixbarn --remote_executor=grpcs://bazel.example.com
build:nixbarn --remote_header=x-api-key=${KEY}
build:nixbarn --remote_timeout=3600
# Connections that have died are noticed; calls that were cut are made again.
build:nixbarn --grpc_keepalive_time=30s
build:nixbarn --remote_retries=10
# Only workers write the action cache.
build:nixbarn --remote_upload_local_results=false

build:linux-amd64 --config=nixbarn
build:linux-amd64 --extra_execution_platforms=//nixbarn:linux-amd64

build:linux-arm64 --config=nixbarn
build:linux-arm64 --extra_execution_platforms=//nixbarn:linux-arm64
`);
  });

  test("BUILD.bazel, whose properties are those that the scheduler knows", () => {
    expect(content("BUILD.bazel").split("\nplatform")[1]).toBe(`(
    name = "linux-amd64",
    constraint_values = [
        "@platforms//os:linux",
        "@platforms//cpu:x86_64",
        "@rules_nixpkgs_core//constraints:support_nix",
    ],
    exec_properties = {
        "ISA": "x86-64",
        "OSFamily": "linux",
    },
)
`);
  });

  test("ssh_config, known_hosts, nix.conf, env.sh", () => {
    expect(content("ssh_config")).toBe(`# nixbarn, environment example.
# At the top of your ~/.ssh/config: Include /home/bob/ws/nixbarn/ssh_config
Host nix-server
  HostName 192.0.2.7
  User nix
  IdentityFile ~/.ssh/id_ed25519
  IdentitiesOnly yes
  UserKnownHostsFile /home/bob/ws/nixbarn/known_hosts
  StrictHostKeyChecking yes
  ControlMaster auto
  ControlPath ~/.ssh/nixbarn-%C
  ControlPersist 10m
  ServerAliveInterval 15
`);
    const mark = "# nixbarn, environment example.\n";
    expect(content("known_hosts")).toBe(`${mark}192.0.2.7 ssh-ed25519 AAAA\n`);
    expect(content("nix.conf")).toBe(`${mark}extra-trusted-public-keys = nixbarn-1:abc=\n`);
    expect(content("env.sh")).toBe(`${mark}export BAZEL_NIX_REMOTE=nix-server\n`);
  });

  test("the key is in one file alone, which only its owner may read", () => {
    expect(files.filter((file) => file.content.includes(KEY)).map((file) => file.name)).toEqual([
      SECRET_FILE,
    ]);
    expect(files.find((file) => file.name === SECRET_FILE)?.mode).toBe(0o600);
  });
});

describe("writing", () => {
  const root = mkdtempSync(join(tmpdir(), "nixbarn-bundle-"));
  afterAll(() => rmSync(root, { recursive: true }));
  const git = (...args: string[]) => spawnSync("git", ["-C", root, ...args]).status;

  test("outside of git: all files, with their modes, also over old ones that were open to all", () => {
    const folder = join(root, "plain", "nixbarn");
    expect(folderFaults(folder)).toEqual([]);
    writeBundle(folder, files);
    chmodSync(join(folder, SECRET_FILE), 0o644);
    expect(folderFaults(folder)).toEqual([]);
    writeBundle(folder, files);
    expect(files.map(({ name }) => statSync(join(folder, name)).mode & 0o777)).toEqual(
      files.map(({ mode }) => mode),
    );
    expect(readFileSync(join(folder, SECRET_FILE), "utf8")).toBe(content(SECRET_FILE));
    expect(readdirSync(folder).toSorted()).toEqual(files.map(({ name }) => name).toSorted());
  });

  test("files of others are never written over", () => {
    const folder = join(root, "theirs");
    mkdirSync(folder);
    writeFileSync(join(folder, "README.md"), "# our project\n");
    writeFileSync(join(folder, "BUILD.bazel"), "");
    expect(folderFaults(folder)).toEqual(
      ["BUILD.bazel", "README.md"].map(
        (name) =>
          `${join(folder, name)} was not written by nixbarn: move it away, or give another --out`,
      ),
    );
  });

  test("a folder that ssh or Nix would misread is refused", () => {
    expect(folderFaults("/nowhere/my work/nixbarn")).toEqual([
      '--out: /nowhere/my work/nixbarn has " " in it, which the files cannot carry',
    ]);
    expect(pathFaults("--identity-file", "~/.ssh/100%")).toEqual([
      '--identity-file: ~/.ssh/100% has "%" in it, which the files cannot carry',
    ]);
  });

  test("where git would track the key: refused; where it is ignored: not", () => {
    expect(git("init", "--quiet")).toBe(0);
    const folder = join(root, "nixbarn");
    expect(folderFaults(folder)).toEqual([
      `${join(folder, SECRET_FILE)} would hold an API key where git tracks files; add a line ${SECRET_FILE} to .gitignore, or give another --out`,
    ]);
    writeFileSync(join(root, ".gitignore"), `${SECRET_FILE}\n`);
    expect(folderFaults(folder)).toEqual([]);
    writeBundle(folder, files);
    git("add", "--force", join(folder, SECRET_FILE));
    expect(folderFaults(folder).join()).toContain(`run git rm --cached ${SECRET_FILE}`);
  });
});
