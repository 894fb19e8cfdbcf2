import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { status } from "@grpc/grpc-js";
import { CANARY } from "../../config/canary.ts";
import type { Finding } from "../../doctor/check.ts";
import { type DoctorTargets, examine } from "../../doctor/doctor.ts";
import { certificateFor, type MadeCertificate } from "./certificates.ts";
import { type FakeNixDaemonOptions, fakeNixDaemon } from "./fake-nix-daemon.ts";
import { type FakeReapiOptions, Refusal, startFakeReapi } from "./fake-reapi.ts";
import { type Answer, sshKeyPair, startSshServer } from "./ssh-server.ts";

/** The one key that is let in. */
export const API_KEY = "0123456789abcdef".repeat(4);
export const ENDPOINT = "bazel.example.com";
const GIB = 1024 ** 3;
const client = sshKeyPair();
const stranger = sshKeyPair();

/** What is wrong with a deployment; all is well by default. */
export interface Faults {
  readonly certificate?: MadeCertificate;
  /** Who is let in, by the header; a refusal is what they see. */
  readonly admits?: (apiKey: string | undefined) => boolean;
  readonly refusal?: (apiKey: string | undefined) => Refusal;
  readonly reapi?: Omit<FakeReapiOptions, "admit" | "run" | "tls">;
  readonly daemon?: Partial<Omit<FakeNixDaemonOptions, "paths">>;
  readonly store?: readonly string[];
  /** What a worker sees of a path that was built. Default: what was built. */
  readonly seen?: (content: string) => string | undefined;
  readonly execution?: Refusal;
  /** What every action ends with. */
  readonly exitCode?: number;
  readonly keyUnreadable?: string;
  readonly daemonDown?: boolean;
  readonly sshDown?: boolean;
  readonly knownHosts?: (line: string) => string;
  readonly shell?: boolean;
  readonly clientKey?: string;
  /** Whether the doctor's key is an admin's too. */
  readonly admin?: boolean;
  readonly freeBytes?: number;
  readonly rootsDaysOld?: readonly number[];
  readonly targets?: Partial<DoctorTargets>;
}

/** Of somebody whom the server does not know. */
export const strangersKey = stranger.private;

/** Runs the doctor on a made-up deployment on loopback. */
export const examineWorld = async (faults: Faults = {}): Promise<readonly Finding[]> => {
  const folder = mkdtempSync(join(tmpdir(), "nixbarn-doctor-"));
  const onWorker = (path: string): string => join(folder, "store", basename(path));
  mkdirSync(join(folder, "store"));
  mkdirSync(join(folder, "bin"));
  writeFileSync(join(folder, "bin/sleep"), "#!/bin/sh\n");
  chmodSync(join(folder, "bin/sleep"), 0o755);

  const certificate = faults.certificate ?? certificateFor(ENDPOINT, 90);
  const admits = faults.admits ?? ((apiKey) => apiKey === API_KEY);
  const reapi = await startFakeReapi({
    ...faults.reapi,
    tls: certificate,
    admit: (headers) =>
      admits(headers["x-api-key"])
        ? undefined
        : (faults.refusal?.(headers["x-api-key"]) ??
          new Refusal(status.UNAUTHENTICATED, "missing or unknown x-api-key")),
    run: ({ arguments: [program = "", ...args] }) => {
      if (faults.execution !== undefined) return faults.execution;
      if (faults.exitCode !== undefined) return { exitCode: faults.exitCode };
      const own = args.map((arg) => (arg.startsWith("/nix/store/") ? onWorker(arg) : arg));
      const env = { PATH: `${join(folder, "bin")}:/usr/bin:/bin` };
      const { status: exitCode, stdout } = spawnSync(program, own, { env });
      return { exitCode: exitCode ?? 1, stdoutRaw: stdout };
    },
  });

  const daemon = fakeNixDaemon({
    ...faults.daemon,
    paths: new Set(faults.store ?? [CANARY.storePath]),
    onBuild: (text) => {
      const failure = faults.daemon?.onBuild?.(text);
      const [, path = ""] = /\("out","([^"]+)"/.exec(text) ?? [];
      const [, content = ""] = /\("content","([^"]+)"/.exec(text) ?? [];
      const seen = faults.seen === undefined ? content : faults.seen(content);
      if (failure === undefined && seen !== undefined) writeFileSync(onWorker(path), seen);
      return failure;
    },
  });
  const now = Date.now() / 1000;
  const roots = (faults.rootsDaysOld ?? [1]).map((days) => now - days * 24 * 60 * 60);
  const answer = (command: string): Answer => {
    if (command.startsWith("sudo")) {
      const space = `${100 * GIB} ${faults.freeBytes ?? 40 * GIB}`;
      return { code: 0, stdout: [space, ...roots].join("\n") };
    }
    return faults.shell === true
      ? { code: 0, stdout: "nixbarn-42\n" }
      : { code: 126, stderr: "nixbarn: this login admits only the Nix commands\n" };
  };
  const ssh = await startSshServer({
    admits: client.public,
    ...(faults.admin === true ? {} : { user: "nix" }),
    answer,
    talk: (command) => {
      if (command !== "nix-daemon --stdio") return undefined;
      return faults.daemonDown === true ? (stream) => stream.end() : daemon;
    },
  });
  if (faults.sshDown === true) await ssh.close();
  const knownHostsFile = join(folder, "known_hosts");
  const line = `192.0.2.7 ${ssh.hostPublicKey}\n`;
  writeFileSync(knownHostsFile, faults.knownHosts?.(line) ?? line);

  const targets: DoctorTargets = {
    endpoint: {
      target: {
        name: ENDPOINT,
        port: 443,
        connectTo: { host: "127.0.0.1", port: reapi.port },
        ca: certificate.cert,
      },
      keyName: "laptops",
      readKey: async () => {
        if (faults.keyUnreadable !== undefined) throw new Error(faults.keyUnreadable);
        return API_KEY;
      },
    },
    server: {
      target: {
        pinnedAs: { host: "192.0.2.7", port: 22 },
        at: { host: "127.0.0.1", port: ssh.port },
        knownHostsFile,
        clientKey: faults.clientKey ?? client.private,
      },
      admin: { user: "admin", privateKey: faults.clientKey ?? client.private },
      architecture: "amd64",
      rootsOlderThanDays: 30,
    },
    pools: [
      { name: "linux-amd64", execProperties: { OSFamily: "linux" }, constraintValues: ["a"] },
      { name: "linux-arm64", execProperties: { OSFamily: "linux" }, constraintValues: ["b"] },
    ],
    poolLimitSec: 20,
  };
  try {
    const observer = { doing: () => {}, done: () => {}, found: () => {} };
    return await examine({ ...targets, ...faults.targets }, observer);
  } finally {
    reapi.close();
    if (faults.sshDown !== true) await ssh.close();
    rmSync(folder, { recursive: true });
  }
};
