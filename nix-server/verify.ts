import { connect as connectTcp } from "node:net";
import type { SshTarget } from "./ssh-host.ts";

export interface Finding {
  readonly ok: boolean;
  readonly text: string;
}

const TIMEOUT_MS = 10_000;

/** The first line that the port says, or undefined when it does not answer. */
const banner = (host: string, port: number): Promise<string | undefined> =>
  new Promise((resolve) => {
    const socket = connectTcp({ host, port });
    const end = (value: string | undefined): void => {
      socket.destroy();
      resolve(value);
    };
    socket.setTimeout(TIMEOUT_MS, () => end(undefined));
    socket.once("error", () => end(undefined));
    socket.once("data", (data) => end(data.toString("utf8").split("\r\n")[0]));
  });

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

const RPCBIND_PORT = 111;

/** What anyone on the network sees: ssh answers, the portmapper does not. Needs no login. */
export const verify = async ({ host, port = 22 }: SshTarget): Promise<Finding[]> => {
  const said = await banner(host, port);
  const mapper = await isOpen(host, RPCBIND_PORT);
  return [
    said?.startsWith("SSH-2.0-")
      ? { ok: true, text: `ssh answers: ${said}` }
      : { ok: false, text: `ssh does not answer on ${host}:${port}; check the security group` },
    mapper
      ? { ok: false, text: `rpcbind answers on port ${RPCBIND_PORT}; run apply` }
      : { ok: true, text: `rpcbind does not answer on port ${RPCBIND_PORT}` },
  ];
};
