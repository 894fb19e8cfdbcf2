import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { z } from "zod";
import { DEFAULT_ENVIRONMENT, loadEnvironment } from "../config/load.ts";
import { stackOutputs } from "../config/outputs.ts";
import type { DesiredServer, KeyHolder } from "./desired.ts";
import { ProvisionError } from "./host.ts";
import { desiredFromEnvironment } from "./inputs.ts";
import { pinInFile } from "./known-hosts.ts";
import type { SshTarget } from "./ssh-host.ts";

/** Options as the command line gives them. */
export interface CliOptions {
  readonly environment?: string;
  readonly outputs?: string;
  readonly host?: string;
  readonly port: number;
  readonly user: string;
  readonly key?: string;
  readonly knownHosts?: string;
  readonly replaced: boolean;
  readonly volumeSerial?: string;
  readonly clientKeys?: string;
  readonly adminKeys?: string;
  readonly exportCidr: readonly string[];
  readonly lockWait: number;
  readonly bootTimeout: number;
  readonly json: boolean;
}

export interface Request {
  readonly target: SshTarget;
  readonly desired: DesiredServer;
}

const keyLine = /^(ssh-ed25519|ssh-rsa|ecdsa-sha2-\S+|sk-\S+) [A-Za-z0-9+/=]+( .*)?$/;

/** Reads a file of public keys, one a line, and tells every line that is none. */
export const parseKeys = (text: string, file: string): KeyHolder[] => {
  const lines = text
    .split("\n")
    .map((line, index) => ({ line: line.trim(), number: index + 1 }))
    .filter(({ line }) => line !== "" && !line.startsWith("#"));
  const bad = lines.filter(({ line }) => !keyLine.test(line));
  if (bad.length > 0) {
    const where = bad.map(({ number }) => number).join(", ");
    throw new ProvisionError(
      `${file}: line ${where}: not a public key; each line is one, as in ~/.ssh/id_ed25519.pub, without options before it`,
    );
  }
  return lines.map(({ line }) => ({ name: line.split(" ").slice(2).join(" "), publicKey: line }));
};

const readText = (file: string, option: string): string => {
  try {
    return readFileSync(file, "utf8");
  } catch {
    throw new ProvisionError(`${option}: ${file} cannot be read; give an existing file`);
  }
};

const keysFrom = (file: string | undefined, option: string): KeyHolder[] =>
  file === undefined ? [] : parseKeys(readText(file, option), file);

const ownServer = (options: CliOptions): DesiredServer => {
  if (options.volumeSerial === undefined) {
    throw new ProvisionError(
      "--volume-serial: missing; find it on the server with lsblk --nodeps --output NAME,SERIAL,SIZE",
    );
  }
  return {
    volumeSerial: options.volumeSerial,
    adminUser: options.user,
    admins: keysFrom(options.adminKeys, "--admin-keys"),
    clients: keysFrom(options.clientKeys, "--client-keys"),
    exportCidrs: options.exportCidr,
    garbageCollection: { rootsOlderThanDays: 30, aboveFillPercent: 80 },
  };
};

const outputsFile = z.object({ "nix-server": stackOutputs["nix-server"] });

const fromEnvironment = (name: string, file: string) => {
  const environment = loadEnvironment(resolve(import.meta.dirname, "../environments"), name);
  const command = `ENVIRONMENT=${name} npx cdktf output nix-server --outputs-file ${file}`;
  let json: unknown;
  try {
    json = JSON.parse(readText(file, "--outputs"));
  } catch {
    throw new ProvisionError(`--outputs: ${file} is missing or no JSON; write it with: ${command}`);
  }
  const parsed = outputsFile.safeParse(json);
  if (!parsed.success) {
    throw new ProvisionError(
      `${file}: ${z.prettifyError(parsed.error)}\nwrite it anew with: ${command}`,
    );
  }
  const outputs = parsed.data["nix-server"];
  return { host: outputs.sshAddress, desired: desiredFromEnvironment(environment, outputs) };
};

/** Puts command line, environment file and stack outputs together. */
export const requestOf = (options: CliOptions, env: NodeJS.ProcessEnv): Request => {
  const name = options.environment ?? env["ENVIRONMENT"] ?? DEFAULT_ENVIRONMENT;
  const folder = options.host === undefined ? join("out", name) : join("out", options.host);
  const { host, desired } =
    options.host === undefined
      ? fromEnvironment(name, options.outputs ?? join(folder, "outputs.json"))
      : { host: options.host, desired: ownServer(options) };
  const agent = env["SSH_AUTH_SOCK"];
  if (options.key === undefined && !agent) {
    throw new ProvisionError(
      "no ssh key: give --key FILE, or start an ssh agent and load the key into it (ssh-add)",
    );
  }
  const keyFile = options.key?.replace(/^~(?=\/)/, homedir());
  return {
    desired,
    target: {
      host,
      port: options.port,
      user: options.host === undefined ? desired.adminUser : options.user,
      ...(keyFile === undefined ? {} : { privateKey: readText(keyFile, "--key") }),
      ...(agent ? { agent } : {}),
      bootTimeoutSec: options.bootTimeout,
      hostKeyCheck: pinInFile({
        file: options.knownHosts ?? join(folder, "known_hosts"),
        host,
        port: options.port,
        replaced: options.replaced,
      }),
    },
  };
};
