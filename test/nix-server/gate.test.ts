import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const source = join(import.meta.dirname, "../../nix-server/assets/gate.sh");
const storePath = `/nix/store/${"a".repeat(32)}-hello-2.12`;
let folder: string;
let gate: string;

/** The real gate, with programs that only tell how they were called in place of Nix. */
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "gate-"));
  gate = join(folder, "gate");
  writeFileSync(
    gate,
    readFileSync(source, "utf8").replace("PATH=/usr/bin:/bin", `PATH=${folder}:/bin`),
  );
  for (const name of ["nix-daemon", "nix-store"]) {
    writeFileSync(join(folder, name), `#!/bin/sh\nprintf '%s\\n' "${name}" "$@"\n`);
    chmodSync(join(folder, name), 0o755);
  }
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const ask = (request: string | undefined) =>
  spawnSync("/bin/bash", ["-p", gate], {
    env: {
      HOME: folder,
      USER: "nix",
      PATH: "/usr/bin:/bin",
      ...(request === undefined ? {} : { SSH_ORIGINAL_COMMAND: request }),
    },
    encoding: "utf8",
  });

describe("the forced command admits what rules_nixpkgs runs", () => {
  it.each([
    ["nix-daemon --stdio", ["nix-daemon", "--stdio"]],
    ["'nix-daemon' '--stdio'", ["nix-daemon", "--stdio"]],
    ["nix-store --serve", ["nix-store", "--serve"]],
    ["nix-store --serve --write", ["nix-store", "--serve", "--write"]],
  ])("%s", (request, called) => {
    expect(ask(request).stdout.trim().split("\n")).toEqual(called);
  });

  it.each(["hello", "rules_nixpkgs_core++nix_pkg+hello", "_main~nix~x"])("a root %s", (name) => {
    const { stdout } = ask(`nix-store --add-root ~/rules_nixpkgs_gcroots/${name} -r ${storePath}`);
    const root = `${folder}/rules_nixpkgs_gcroots/${name}`;
    expect(stdout.trim().split("\n")).toEqual(["nix-store", "--add-root", root, "-r", storePath]);
  });
});

const addRoot = (name: string, path = storePath): string =>
  `nix-store --add-root ~/rules_nixpkgs_gcroots/${name} -r ${path}`;

const ESCAPES: readonly (string | undefined)[] = [
  ...[undefined, "", " ", "sh", "bash -i", "/bin/sh", "id", "env", "cat /etc/shadow"],
  ...["scp -t /tmp", "scp -f /etc/passwd", "sftp", "internal-sftp", "/usr/lib/openssh/sftp-server"],
  ...["rsync --server . /", "git-upload-pack /", "sudo id", "exec sh", "nix-daemon"],
  ...["nix-daemon --stdio; id", "nix-daemon --stdio && id", "nix-daemon --stdio | id"],
  ...[
    "nix-daemon --stdio\nid",
    "id\nnix-daemon --stdio",
    "nix-daemon --stdio $(id)",
    " nix-daemon --stdio",
  ],
  ...[
    "nix-daemon  --stdio",
    "/usr/bin/nix-daemon --stdio",
    "nix-daemon --stdio --option trusted-users nix",
  ],
  ...["nix-daemon --stdio `id`", "nix-daemon --stdio > /tmp/x", "PATH=/tmp nix-daemon --stdio"],
  ...['"nix-daemon" --stdio', "nix-daemon '--stdio'", "nix-daemon --force-trusted --stdio"],
  ...[
    "nix-store --gc",
    "nix-store --delete /nix/store",
    "nix-store --import",
    "nix-store --serve;id",
  ],
  ...["nix-store --dump /etc/passwd", "nix-store --generate-binary-cache-key a b c"],
  ...[`nix-store -r ${storePath}`, `nix-store --add-root /tmp/x -r ${storePath}`],
  ...[addRoot("../.ssh"), addRoot(".."), addRoot("a/../../b"), addRoot(".hidden"), addRoot("a b")],
  ...[addRoot("$(id)"), addRoot("a;id"), addRoot("a\nid"), addRoot("a'"), addRoot("")],
  ...[
    addRoot("a", "/etc/passwd"),
    addRoot("a", `${storePath}/../../../etc`),
    addRoot("a", `${storePath}\nid`),
  ],
  ...[
    addRoot("a", `${storePath};id`),
    addRoot("a", `${storePath} --option x y`),
    addRoot("a", "--help"),
  ],
  ...[`${addRoot("a")} && id`, `${addRoot("a")}\n`, addRoot("a".repeat(300))],
];

describe("and nothing else", () => {
  it("tries at least 40 ways out", () => expect(ESCAPES.length).toBeGreaterThanOrEqual(40));

  it.each(ESCAPES.map((request) => [JSON.stringify(request), request] as const))(
    "%s",
    (_, request) => {
      const { status, stdout, stderr } = ask(request);
      expect({ status, stdout, stderr }).toEqual({
        status: 126,
        stdout: "",
        stderr: "nixbarn: this login admits only the Nix commands of rules_nixpkgs\n",
      });
    },
  );

  it("would catch a gate that hands the request to a shell", () => {
    const careless = execFileSync("/bin/bash", ["-c", 'eval "$SSH_ORIGINAL_COMMAND"'], {
      env: { SSH_ORIGINAL_COMMAND: "true; echo out", PATH: "/usr/bin:/bin" },
      encoding: "utf8",
    });
    expect(careless).toBe("out\n");
  });
});
