import { describe, expect, test } from "vitest";
import type { DesiredServer } from "../../nix-server/desired.ts";
import { parseFacts } from "../../nix-server/facts/facts.ts";
import { OPERATIONS } from "../../nix-server/operations/index.ts";
import { plan } from "../../nix-server/plan.ts";
import { FIXTURE_DESIRED, fixture, provisioned } from "../support/facts-fixture.ts";

const kinds = (answer: string, desired: DesiredServer = FIXTURE_DESIRED): Record<string, string> =>
  Object.fromEntries(
    plan(desired, parseFacts(answer)).map(({ operation, outcome }) => [operation, outcome.kind]),
  );
/** Operations that are not in order, with what they saw. */
const notInOrder = (answer: string, desired: DesiredServer = FIXTURE_DESIRED) =>
  plan(desired, parseFacts(answer)).flatMap(({ operation, outcome }) =>
    outcome.kind === "no-op"
      ? []
      : [[operation, outcome.kind === "change" ? outcome.before : `refused: ${outcome.reason}`]],
  );

test("a bare machine: everything is to change but the size of what is not formatted yet", () => {
  expect(kinds(fixture("bare"))).toEqual({
    ...Object.fromEntries(OPERATIONS.map(({ name }) => [name, "change"])),
    "store volume: size": "no-op",
  });
});

test("a provisioned machine: nothing is to change, and each operation says why", () => {
  expect(notInOrder(provisioned())).toEqual([]);
  const reasons = plan(FIXTURE_DESIRED, parseFacts(provisioned())).map(({ outcome }) =>
    outcome.kind === "no-op" ? outcome.reason : "",
  );
  expect(reasons.filter((reason) => reason.length < 10)).toEqual([]);
});

describe("one thing is otherwise", () => {
  const base64 = (text: string): string => Buffer.from(text).toString("base64");
  const edit = (path: string, by: string | RegExp, to: string) => (answer: string) => {
    const line = new RegExp(`^${path} .*$`, "m");
    expect(answer).toMatch(line);
    return answer.replace(line, (old) => old.replace(by, to));
  };
  const remove = (path: string) => (answer: string) =>
    answer.replace(new RegExp(`^${path} .*\n`, "m"), "");
  const swap = (from: string | RegExp, to: string) => (answer: string) => {
    expect(answer).toMatch(from);
    return answer.replace(from, to);
  };
  const NIX_CONF = "/etc/nix/nix.conf";
  const GATE = "/usr/local/libexec/nixbarn-gate";

  test.each<[what: string, edit: (answer: string) => string, expected: string[][]]>([
    [
      "another volume is attached",
      swap("vol0abc1234567890de", "vol0other"),
      ["store volume: file system", "store volume: mount", "store volume: size"].map((name) => [
        name,
        "refused: no disk with serial vol0abc1234567890de; there are /dev/vda (no serial), /dev/nvme0n1 (vol0ffff), /dev/nvme1n1 (vol0other)",
      ]),
    ],
    [
      "the volume carries another's file system",
      swap("LABEL=nix-store", "LABEL=backup"),
      [
        [
          "store volume: file system",
          'refused: /dev/nvme1n1 carries ext4 "backup", not the store\'s file system',
        ],
      ],
    ],
    [
      "/nix is mounted from elsewhere",
      swap("@@nixMount\n/dev/nvme1n1", "@@nixMount\n/dev/nvme0n1"),
      [
        [
          "store volume: mount",
          "refused: /nix is mounted from /dev/nvme0n1, not from /dev/nvme1n1",
        ],
      ],
    ],
    [
      "/nix is not mounted",
      swap("@@nixMount\n/dev/nvme1n1", "@@nixMount\n"),
      [["store volume: mount", "/nix is not mounted"]],
    ],
    [
      "the volume has grown",
      swap(/4294967296(?=,\s*"type": "disk",\s*"pkname": null\s*\}\s*\])/, "6442450944"),
      [["store volume: size", "4294967296 bytes"]],
    ],
    [
      "a package is half installed",
      swap("installed nix-bin", "half-configured nix-bin"),
      [["packages", "missing: nix-bin"]],
    ],
    [
      "rpcbind's socket was unmasked",
      swap(/(Id=rpcbind.socket[\s\S]*?UnitFileState=)masked/, "$1enabled"),
      [["rpcbind masked", "not masked: rpcbind.socket"]],
    ],
    [
      "the machine was replaced: its host key is its own",
      edit("/etc/ssh/ssh_host_ed25519_key.pub", /\S+$/, base64("ssh-ed25519 AAAA other\n")),
      [["ssh host key", "the machine has another key than the volume"]],
    ],
    [
      "the signing key is gone",
      remove("/nix/var/nixbarn/keys/signing.secret"),
      [["signing key", "no signing key"]],
    ],
    [
      "a file was edited",
      edit(NIX_CONF, /\S+$/, base64("trusted-users = @wheel\n")),
      [["Nix daemon", `${NIX_CONF}: different content`]],
    ],
    ["a file was deleted", remove(NIX_CONF), [["Nix daemon", `${NIX_CONF}: missing`]]],
    [
      "the gate is writable by all",
      edit(GATE, "755", "777"),
      [["ssh logins", `${GATE}: mode 777`]],
    ],
    [
      "the gate belongs to somebody",
      edit(GATE, "root", "alice"),
      [["ssh logins", `${GATE}: owned by alice`]],
    ],
    [
      "sshd runs since before its file changed",
      edit("/etc/ssh/sshd_config.d/10-nixbarn.conf", /root \d+/, "root 1995449725"),
      [["sshd", "ssh.service runs with its old configuration"]],
    ],
    [
      "the daemon's socket is down",
      swap(/(Id=nix-daemon.socket\nLoadState=loaded\nActiveState=)active/, "$1failed"),
      [["Nix daemon", "nix-daemon.socket is failed and enabled"]],
    ],
    ["the client user is missing", swap(/^nix:x:1900.*$/m, ""), [["client user", "no user nix"]]],
    [
      "the client user has another uid",
      swap("nix:x:1900:1900", "nix:x:1001:1001"),
      [["client user", "refused: user nix exists with uid 1001, not 1900"]],
    ],
    [
      "the client user may use sudo",
      swap("@@clientGroups\nnix nix-users", "@@clientGroups\nnix nix-users sudo"),
      [
        [
          "client user",
          "nix:x:1900:1900::/nix/var/nixbarn/home:/bin/sh; groups nix nix-users sudo",
        ],
      ],
    ],
    [
      "nothing is exported",
      swap(/@@exports\n.*\n/, "@@exports\n"),
      [["NFS export", "nothing is exported"]],
    ],
    [
      "the export is writable",
      swap("sec=sys,ro,", "sec=sys,rw,"),
      [["NFS export", expect.stringContaining("sec=sys,rw,")]],
    ],
    [
      "something else is exported too",
      swap("@@exports\n", "@@exports\n/home  *(ro,fsid=1,mountpoint=/nix,root_squash)\n"),
      [["NFS export", expect.stringContaining("/home")]],
    ],
    ["the canary is gone", swap(/@@canary\n.*\n/, "@@canary\n"), [["canary path", "no canary"]]],
  ])("%s", (_, change, expected) => {
    expect(notInOrder(change(provisioned()))).toEqual(expected);
  });

  test("another network may mount the store", () => {
    const desired = { ...FIXTURE_DESIRED, exportCidrs: ["10.77.0.0/24", "10.78.0.0/24"] };
    expect(notInOrder(provisioned(desired), desired)).toEqual([
      ["NFS export", expect.stringContaining("10.77.0.0/24")],
    ]);
  });

  test("an answer that was cut short is a fault, never an empty machine", () => {
    const cut = provisioned().slice(0, -10);
    expect(() => parseFacts(cut)).toThrow("the server's answer was cut short");
  });
});
