import { execa } from "execa";
import { describe, expect, test } from "vitest";
import type { World } from "./world.ts";

const PATH = `/nix/store/${"a".repeat(32)}-x`;
const root = (name: string, path = PATH): string =>
  `nix-store --add-root ~/rules_nixpkgs_gcroots/${name} -r ${path}`;

/** What somebody with a client's key could ask for instead of what rules_nixpkgs asks for. */
const REQUESTS: readonly string[] = [
  ...["id", "sh", "bash -i", "/bin/sh -c id", "env", "cat /etc/shadow", "python3 -c 1", "''"],
  ...["nix-daemon --stdio; id", "nix-daemon --stdio && id", "nix-daemon --stdio | id"],
  ...["nix-daemon --stdio\nid", "nix-daemon  --stdio", " nix-daemon --stdio", "nix-daemon"],
  ...["nix-daemon --stdio --store /tmp", "nix-daemon --stdio --option a b", "NIX-DAEMON --STDIO"],
  ...["nix-store --gc", "nix-store --delete /nix/store/*", "nix-store --dump-db", "nix-store -q x"],
  ...["nix-store --generate-binary-cache-key a /tmp/b /tmp/c", "nix-store --add /etc/passwd"],
  ...["nix-store --serve --write; id", "nix-store --serve --option x y", "nix-store --optimise"],
  ...["nix-store --dump /nix/var/nixbarn/keys", "nix build", "nix-shell", "nix-build --expr 1"],
  ...[
    root("../../../etc/x"),
    root("a/b"),
    root("..", PATH),
    root("-f"),
    root("a b"),
    root("$(id)"),
  ],
  ...[
    root("x", "/etc/passwd"),
    root("x", `${PATH}/../../../etc`),
    root("x", `${PATH} --option a b`),
  ],
  ...[root("x", `${PATH};id`), root("x", `${PATH}\nid`), root("`id`"), root("x", "$(id)")],
  ...[`nix-store --add-root /etc/cron.d/x -r ${PATH}`, "scp -t /tmp", "scp -f /etc/passwd"],
  ...["/usr/lib/openssh/sftp-server", "internal-sftp", "rsync --server .", "git-upload-pack x"],
];

export const gate = (world: () => World): void => {
  const login = () => [
    ...["-i", world().clientKey, "-o", "StrictHostKeyChecking=no", "-o", "LogLevel=ERROR"],
    ...["-o", "UserKnownHostsFile=/dev/null", "-o", "IdentitiesOnly=yes", "-o", "BatchMode=yes"],
  ];
  const ssh = (options: readonly string[], ...request: string[]) =>
    execa(
      "ssh",
      [
        ...login(),
        ...["-p", String(world().server.sshPort), ...options, "nix@127.0.0.1", "--", ...request],
      ],
      { reject: false, input: "id\nexit\n", timeout: 60_000 },
    );
  const REFUSAL = "nixbarn: this login admits only the Nix commands of rules_nixpkgs";

  describe("a client's key opens nothing but what rules_nixpkgs runs", () => {
    test.each(REQUESTS.map((request) => [JSON.stringify(request), request]))(
      "refused: %s",
      async (_, request) => {
        const { exitCode, stdout, stderr } = await ssh([], request);
        expect(stderr).toContain(REFUSAL);
        expect(stdout).toBe("");
        expect(exitCode).toBe(126);
      },
    );

    test("no shell without a command, with and without a terminal", async () => {
      for (const options of [[], ["-tt"]]) {
        const { exitCode, stdout } = await ssh(options);
        expect(stdout).not.toContain("uid=");
        expect(exitCode).not.toBe(0);
      }
    });

    test("no environment of the client's making reaches the command", async () => {
      const { stdout, exitCode } = await execa(
        "ssh",
        [
          ...[
            ...login(),
            "-p",
            String(world().server.sshPort),
            "-o",
            "SendEnv=BASH_ENV NIX_REMOTE",
          ],
          ...["nix@127.0.0.1", "id"],
        ],
        { reject: false, env: { BASH_ENV: "/tmp/x", NIX_REMOTE: "local" } },
      );
      expect([stdout, exitCode]).toEqual(["", 126]);
    });

    test.each([
      ["to a local port", ["-N", "-o", "ExitOnForwardFailure=yes", "-W", "127.0.0.1:22"]],
      ["of a remote port", ["-N", "-o", "ExitOnForwardFailure=yes", "-R", "17999:127.0.0.1:22"]],
    ])("no forwarding %s", async (_, options) => {
      const { exitCode, stderr } = await ssh(options);
      expect(stderr).toMatch(/prohibited|failed|refused/);
      expect(exitCode).toBe(255);
    });

    test.each([
      ["scp", (port: string) => ["-P", port, "-q", "nix@127.0.0.1:/etc/passwd", "/dev/null"]],
      ["scp", (port: string) => ["-O", "-P", port, "-q", "/etc/passwd", "nix@127.0.0.1:x"]],
      ["sftp", (port: string) => ["-P", port, "-q", "nix@127.0.0.1"]],
    ])("no %s", async (program, args) => {
      const { exitCode } = await execa(
        program,
        [...login(), ...args(String(world().server.sshPort))],
        { reject: false, input: "ls /\n", timeout: 60_000 },
      );
      expect(exitCode).not.toBe(0);
    });

    test("the signing key is not readable, and the login has no other groups", async () => {
      const said = await world().onServer(
        "runuser -u nix -- cat /nix/var/nixbarn/keys/signing.secret 2>&1 || true; id nix",
      );
      expect(said).toContain("Permission denied");
      expect(said).toMatch(/groups=1900\(nix\),\d+\(nix-users\)$/);
    });
  });
};
