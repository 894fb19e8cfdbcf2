import { connect as connectTcp } from "node:net";
import { Client } from "ssh2";
import { fingerprintOf } from "./known-hosts.ts";
import type { SshTarget } from "./ssh-connection.ts";

export interface Finding {
  readonly ok: boolean;
  readonly text: string;
}

const TIMEOUT_MS = 10_000;
const RPCBIND_PORT = 111;

const isOpen = (host: string, port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connectTcp({ host, port });
    const end = (value: boolean): void => {
      socket.destroy();
      resolve(value);
    };
    socket.setTimeout(TIMEOUT_MS / 5, () => end(false));
    socket.once("error", () => end(false));
    socket.once("connect", () => end(true));
  });

interface Greeting {
  readonly hostKey?: Buffer;
  /** Ways to log in that the server offers to who shows no key. */
  readonly methods: readonly string[];
  readonly problem?: string;
}

/** Knocks without any credential. */
const knock = ({ host, port }: SshTarget): Promise<Greeting> =>
  new Promise((resolve) => {
    let hostKey: Buffer | undefined;
    const client = new Client();
    const end = (methods: readonly string[], problem?: string): void => {
      client.destroy();
      resolve({
        methods,
        ...(hostKey === undefined ? {} : { hostKey }),
        ...(problem === undefined ? {} : { problem }),
      });
    };
    client.on("error", (error) => end([], error.message));
    client.connect({
      host,
      port,
      username: "nobody",
      readyTimeout: TIMEOUT_MS,
      algorithms: { serverHostKey: ["ssh-ed25519"] },
      hostVerifier: (key: Buffer) => {
        hostKey = key;
        return true;
      },
      authHandler: (methodsLeft: readonly string[] | null, _partial, next) => {
        if (methodsLeft === null) next("none");
        else end(methodsLeft);
        return undefined;
      },
    });
  });

/**
 * What anyone on the network sees: ssh answers with the pinned host key and takes keys only; the
 * portmapper does not answer. Needs no login; a machine behind a jump host cannot be seen so.
 */
export const verify = async (target: SshTarget): Promise<Finding[]> => {
  const { host, port } = target;
  const { hostKey, methods, problem } = await knock(target);
  if (hostKey === undefined) {
    return [
      {
        ok: false,
        text: `ssh does not answer on ${host}:${port} (${problem}); check the security group and that the machine runs`,
      },
    ];
  }
  const verdict = await target.hostKeyCheck(hostKey);
  const keysOnly = methods.length === 1 && methods[0] === "publickey";
  return [
    verdict.accepted
      ? { ok: true, text: `ssh answers with the pinned host key ${fingerprintOf(hostKey)}` }
      : { ok: false, text: `the host key is ${fingerprintOf(hostKey)}, ${verdict.reason}` },
    keysOnly
      ? { ok: true, text: "ssh takes keys only" }
      : { ok: false, text: `ssh offers ${methods.join(", ") || "no way to log in"}; run apply` },
    (await isOpen(host, RPCBIND_PORT))
      ? { ok: false, text: `rpcbind answers on port ${RPCBIND_PORT}; run apply` }
      : { ok: true, text: `rpcbind does not answer on port ${RPCBIND_PORT}` },
  ];
};
