import { existsSync, readFileSync } from "node:fs";
import type { Duplex } from "node:stream";
import type { Client } from "ssh2";
import { CLIENT_USER } from "../config/login.ts";
import { type HostKeyCheck, knownHostName, pinnedKeys } from "../nix-server/known-hosts.ts";
import { logIn, type SshTarget } from "../nix-server/ssh-connection.ts";

export interface ServerTarget {
  /** The name under which the host key is pinned. */
  readonly pinnedAs: { readonly host: string; readonly port: number };
  /** Where to connect; not always where the key is pinned. */
  readonly at: { readonly host: string; readonly port: number };
  readonly knownHostsFile: string;
  /** Text of the client's private key; without it the agent is asked. */
  readonly clientKey?: string;
  /** Path of the agent's socket. */
  readonly agent?: string;
}

/** Admits the pinned key alone; unlike the provisioner's, it never pins. */
const pinnedOnly =
  ({ knownHostsFile, pinnedAs }: ServerTarget): HostKeyCheck =>
  async (key) => {
    const text = existsSync(knownHostsFile) ? readFileSync(knownHostsFile, "utf8") : "";
    const pinned = pinnedKeys(text, knownHostName(pinnedAs.host, pinnedAs.port));
    if (pinned.includes(key.toString("base64"))) return { accepted: true };
    const reason =
      pinned.length === 0 ? `none is pinned in ${knownHostsFile}` : "not the one that is pinned";
    return { accepted: false, reason };
  };

/** The login of `user`, tried once. */
export const targetOf = (server: ServerTarget, user: string, privateKey?: string): SshTarget => ({
  ...server.at,
  user,
  hostKeyCheck: pinnedOnly(server),
  bootTimeoutSec: 0,
  ...(privateKey === undefined ? {} : { privateKey }),
  ...(server.agent === undefined ? {} : { agent: server.agent }),
});

/** Logs in as Bazel clients do. */
export const logInAsClient = (server: ServerTarget): Promise<Client> =>
  logIn(targetOf(server, CLIENT_USER, server.clientKey));

export interface Channel {
  readonly stream: Duplex;
  readonly stderr: () => string;
}

/** Starts a command. */
export const channelOf = (client: Client, command: string): Promise<Channel> =>
  new Promise((resolve, reject) => {
    client.exec(command, (error, stream) => {
      if (error !== undefined) return reject(error);
      let said = "";
      stream.stderr.setEncoding("utf8").on("data", (chunk: string) => {
        said += chunk;
      });
      resolve({ stream, stderr: () => said });
    });
  });

/** Runs a command to its end and tells what it wrote. */
export const outputOf = async (client: Client, command: string): Promise<string> => {
  const { stream, stderr } = await channelOf(client, command);
  return new Promise((resolve) => {
    let output = "";
    stream.setEncoding("utf8").on("data", (chunk: string) => {
      output += chunk;
    });
    stream.once("close", () => resolve(output + stderr()));
    stream.end();
  });
};
