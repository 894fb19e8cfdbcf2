import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer, type Socket } from "node:net";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, afterEach, describe, expect, test } from "vitest";
import type { CliOptions } from "../../nix-server/cli-options.ts";
import { runNixServer } from "../../nix-server/program.ts";
import { requestOf } from "../../nix-server/request.ts";
import { fixture, provisioned } from "../support/facts-fixture.ts";
import {
  type Answer,
  filesIn,
  type SshServer,
  type SshServerOptions,
  sshKeyPair,
  startSshServer,
} from "../support/ssh-server.ts";

const key = sshKeyPair();
const other = sshKeyPair();
const { folder, remove } = filesIn({ key: key.private, other: other.private, broken: "no key" });
afterAll(remove);

let servers: SshServer[] = [];
const start = async (options: Partial<SshServerOptions> & Pick<SshServerOptions, "answer">) => {
  const server = await startSshServer({ admits: key.public, ...options });
  servers.push(server);
  return server;
};
afterEach(async () => {
  await Promise.all(servers.map((server) => server.close()));
  servers = [];
});

/** `npm run nix-server -- …` against an own server. */
const nixServer = async (command: string, port: number, ...options: string[]) => {
  const args = [
    ...[command, "--host", "127.0.0.1", "--port", String(port)],
    ...["--key", join(folder, "key"), "--boot-timeout", "4"],
    ...["--known-hosts", join(folder, `known_hosts-${port}`)],
    ...["--volume-serial", "vol0abc1234567890de", "--export-cidr", "10.77.0.0/24", ...options],
  ];
  const said = { stdout: "", stderr: "" };
  const status = await runNixServer(args, {
    env: {},
    out: { write: (text) => (said.stdout += text) },
    err: { write: (text) => (said.stderr += text) },
  });
  return { status, ...said };
};

const isFacts = (command: string): boolean => command.includes("@@blockDevices");

/** A machine that is bare until every operation's commands came, and provisioned from then on. */
const machine = (onChange: (command: string, stdin: string) => Answer = () => ({ code: 0 })) => {
  let formatted = false;
  return (command: string, stdin: string): Answer => {
    if (isFacts(command)) {
      return { code: 0, stdout: formatted ? provisioned() : fixture("bare") };
    }
    formatted ||= command.includes("mkfs.ext4");
    return onChange(command, stdin);
  };
};

describe("plan", () => {
  test("of a bare machine: what would change, exit code 2", async () => {
    const { port } = await start({ answer: machine() });
    const { status, stdout, stderr } = await nixServer("plan", port);
    expect(stderr).toBe("connecting to admin@127.0.0.1 …\n");
    expect(stdout).toContain("  ~ store volume: file system\n      before: /dev/nvme");
    expect(stdout).toMatch(/13 to change, 1 in order, 0 refused\n$/);
    expect(status).toBe(2);
  });

  test("of a provisioned one: nothing, exit code 0; as JSON without contents of files", async () => {
    const { port } = await start({ answer: () => ({ code: 0, stdout: provisioned() }) });
    const { status, stdout } = await nixServer("plan", port, "--json");
    const steps: { kind: string }[] = JSON.parse(stdout);
    expect(new Set(steps.map(({ kind }) => kind))).toEqual(new Set(["no-op"]));
    expect(stdout).not.toContain("PasswordAuthentication");
    expect(status).toBe(0);
  });

  test("of a wrong disk: the refusal and its remedy, exit code 1", async () => {
    const { port } = await start({ answer: () => ({ code: 0, stdout: fixture("bare") }) });
    const { status, stdout } = await nixServer("plan", port, "--volume-serial", "vol0none");
    expect(stdout).toContain("! store volume: file system: no disk with serial vol0none");
    expect(stdout).toContain("remedy: attach the volume");
    expect(status).toBe(1);
  });
});

describe("apply", () => {
  test("carries out what is decided, reads again, and keeps the store's public key", async () => {
    const server = await start({ answer: machine() });
    const { status, stdout, stderr } = await nixServer("apply", server.port);
    expect(stderr).toBe("connecting to admin@127.0.0.1 …\n");
    expect(stdout).toMatch(/1 changed; the server is as it should be\n$/);
    expect(status).toBe(0);
    expect(server.commands.filter((command) => !isFacts(command))).toHaveLength(2); // lock, format
    expect(readFileSync(join(folder, "store-public-key"), "utf8")).toMatch(
      /^nixbarn-[0-9a-f-]{36}:[A-Za-z0-9+/=]{44}\n$/,
    );
  });

  test("a failing command: the operation, the exit code, its last words, and how to go on", async () => {
    const said = "mkfs.ext4: Input/output error";
    const { port } = await start({ answer: machine(() => ({ code: 5, stderr: said })) });
    const { status, stderr } = await nixServer("apply", port);
    expect(stderr).toContain(`store volume: file system: sh ended with exit code 5:\n${said}\n`);
    expect(stderr).toContain("run apply again: it goes on where it stopped");
    expect(stderr).not.toContain("    at ");
    expect(status).toBe(1);
  });

  test("a connection that is cut in an operation: its name, and how to go on", async () => {
    const { port } = await start({ answer: machine(() => "cut") });
    const { status, stderr } = await nixServer("apply", port);
    expect(stderr).toMatch(
      /store volume: file system: 127.0.0.1: sh: connection cut \(.+\); run the same command again/,
    );
    expect(status).toBe(1);
  });

  test("facts that stay wrong: what is left is named", async () => {
    const { port } = await start({ answer: () => ({ code: 0, stdout: fixture("bare") }) });
    const { status, stderr } = await nixServer("apply", port);
    expect(stderr).toContain("after apply there is still to do: store volume: file system, ");
    expect(status).toBe(1);
  });
});

describe("the connection", () => {
  const inOrder = (): Answer => ({ code: 0, stdout: provisioned() });

  test("sudo that asks for a password", async () => {
    const { port } = await start({
      answer: () => ({ code: 1, stderr: "sudo: a password is required" }),
    });
    const { status, stderr } = await nixServer("facts", port);
    expect(stderr).toContain(
      "127.0.0.1: sudo refused (sudo: a password is required); give admin sudo without a password",
    );
    expect(status).toBe(1);
  });

  test("a key that is not admitted", async () => {
    const { port } = await start({ answer: inOrder });
    const { status, stderr } = await nixServer("plan", port, "--key", join(folder, "other"));
    expect(stderr).toContain("admin@127.0.0.1: no key was accepted; give the right one with --key");
    expect(status).toBe(1);
  });

  test("the host key is pinned at first contact and refused when it changes", async () => {
    const first = await start({ answer: inOrder });
    expect((await nixServer("plan", first.port)).status).toBe(0);
    await first.close();
    const second = await start({ answer: inOrder, port: first.port });
    const refused = await nixServer("plan", first.port);
    expect(refused.stderr).toMatch(
      /its host key is SHA256:\S+, not the one pinned in .*known_hosts/,
    );
    expect(refused.status).toBe(1);
    expect(second.commands).toEqual([]);
    expect((await nixServer("plan", first.port, "--replaced")).status).toBe(0);
  });

  test("a machine that is still booting is waited for", async () => {
    const { port, hostKey, close } = await start({ answer: inOrder });
    await close();
    const waiting = nixServer("plan", port);
    await new Promise((resolve) => setTimeout(resolve, 1500));
    await start({ answer: inOrder, port, hostKey });
    expect((await waiting).status).toBe(0);
  });

  test("one that accepts connections before its ssh answers, as behind a port forward", async () => {
    for (const hangUp of [
      (socket: Socket) => socket.destroy(),
      (socket: Socket) => socket.resetAndDestroy(),
      (socket: Socket) => socket.on("error", () => {}).write("no ssh".repeat(20_000)),
    ]) {
      const server = createServer(hangUp).listen(0, "127.0.0.1");
      await once(server, "listening");
      const address = server.address();
      const port = typeof address === "object" ? (address?.port ?? 0) : 0;
      const { status, stderr } = await nixServer("plan", port, "--boot-timeout", "0");
      server.close();
      expect(stderr).toContain(`127.0.0.1:${port} cannot be reached: `);
      expect(status).toBe(1);
    }
  });

  test("one that never answers: the reason and the remedy", async () => {
    const { status, stderr } = await nixServer("plan", 1, "--boot-timeout", "1");
    expect(stderr).toContain("127.0.0.1:1 cannot be reached: connect ECONNREFUSED 127.0.0.1:1;");
    expect(stderr).toContain("then run the same command again");
    expect(status).toBe(1);
  });

  test("through a jump host, whose host key is pinned too", async () => {
    const jump = await start({ answer: inOrder, forwards: true });
    const target = await start({ answer: inOrder });
    const { status } = await nixServer("plan", target.port, "--jump", `me@127.0.0.1:${jump.port}`);
    expect(status).toBe(0);
    expect(jump.forwarded).toEqual([`127.0.0.1:${target.port}`]);
    const pinned = readFileSync(join(folder, `known_hosts-${target.port}`), "utf8");
    expect(pinned).toContain(`[127.0.0.1]:${jump.port} ssh-ed25519 `);
    expect(pinned).toContain(`[127.0.0.1]:${target.port} ssh-ed25519 `);
  });
});

describe("bad options", () => {
  test.each([
    ["a number that is none", ["--port", "ssh"], "It must be a whole number."],
    ["an unknown option", ["--nope"], "error: unknown option '--nope'"],
    ["keys that are none", ["--client-keys", join(folder, "broken")], "broken: line 1: must start"],
  ])("%s", async (_, options, message) => {
    const { status, stderr } = await nixServer("plan", 1, ...options);
    expect(stderr).toContain(message);
    expect(stderr).not.toContain("    at ");
    expect(status).toBe(1);
  });

  const good: CliOptions = {
    host: "127.0.0.1",
    port: 22,
    user: "admin",
    key: join(folder, "key"),
    volumeSerial: "vol0",
    replaced: false,
    exportCidr: [],
    lockWait: 60,
    bootTimeout: 300,
    json: false,
  };
  test.each<[string, Partial<CliOptions>, string]>([
    [
      "a missing key file",
      { key: "/no/key" },
      "--key: /no/key cannot be read; give an existing file",
    ],
    ["a jump host without a user", { jump: "gate" }, "--jump: no user in gate; give user@gate"],
    ["a jump host that is none", { jump: "a b" }, '--jump: must be [user@]host[:port], got "a b"'],
  ])("%s", (_, options, message) => {
    expect(() => requestOf({ ...good, ...options }, {})).toThrow(message);
  });

  test("no serial, no key: what is missing, and where to find it", () => {
    const { volumeSerial: _, ...noSerial } = good;
    expect(() => requestOf(noSerial, {})).toThrow(
      "--volume-serial: missing; find it on the server",
    );
    const { key: __, ...noKey } = good;
    expect(() => requestOf(noKey, {})).toThrow("no ssh key: give --key FILE (or NIXBARN_SSH_KEY)");
  });
});

test("as a process: what it says goes where it should, and its exit code is the command's", async () => {
  const { port } = await start({ answer: machine() });
  const args = ["--import", "tsx", "nix-server/cli.ts", "plan", "--host", "127.0.0.1"];
  const child = spawn(
    process.execPath,
    [
      ...[...args, "--port", String(port), "--key", join(folder, "key")],
      ...["--known-hosts", join(folder, "known_hosts"), "--volume-serial", "vol0none"],
    ],
    { cwd: join(import.meta.dirname, "../.."), stdio: ["ignore", "pipe", "pipe"] },
  );
  const [stdout, stderr, [status]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, "close"),
  ]);
  expect(stdout).toContain("! store volume: file system: no disk with serial vol0none");
  expect(stderr).toBe("connecting to admin@127.0.0.1 …\n");
  expect(status).toBe(1);
});
