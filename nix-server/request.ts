import { homedir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { DEFAULT_ENVIRONMENT, loadEnvironment } from "../config/load.ts";
import { readOutputs, readOutputsText } from "../config/read-outputs.ts";
import { GARBAGE_COLLECTION_DEFAULTS } from "../config/sections/nix-server.ts";
import { type CliOptions, OUTPUTS_VARIABLE } from "./cli-options.ts";
import { hostKeysOfInstance } from "./console-output.ts";
import type { DesiredServer, KeyHolder } from "./desired.ts";
import { ProvisionError } from "./host.ts";
import { desiredFromEnvironment } from "./inputs.ts";
import { parseKeys, readText } from "./key-files.ts";
import { type PinOptions, pinInFile } from "./known-hosts.ts";
import type { SshAddress, SshTarget } from "./ssh-connection.ts";

export interface Request {
  readonly target: SshTarget;
  readonly desired: DesiredServer;
  /** Where known_hosts is kept, and beside it the store-public-key that clients need. */
  readonly folder: string;
}

const ROOT = resolve(import.meta.dirname, "..");
const SSH_PORT = 22;

/** "[user@]host[:port]"; an IPv6 address stands in brackets. */
export const parseAddress = (text: string, option: string) => {
  const match = /^(?:([\w.-]+)@)?(?:\[([0-9a-fA-F:]+)\]|([\w.-]+))(?::(\d{1,5}))?$/.exec(text);
  const host = match?.[2] ?? match?.[3];
  if (host === undefined) {
    throw new ProvisionError(`${option}: must be [user@]host[:port], got ${JSON.stringify(text)}`);
  }
  return { user: match?.[1], host, port: Number(match?.[4] ?? SSH_PORT) };
};

const keysFrom = (file: string | undefined, option: string): KeyHolder[] =>
  file === undefined ? [] : parseKeys(readText(file, option), file);

const ownServer = (options: CliOptions, host: string) => {
  if (options.volumeSerial === undefined) {
    throw new ProvisionError(
      "--volume-serial: missing; find it on the server with lsblk --nodeps --output NAME,SERIAL,SIZE",
    );
  }
  const desired: DesiredServer = {
    volumeSerial: options.volumeSerial,
    adminUser: options.user,
    admins: keysFrom(options.adminKeys, "--admin-keys"),
    clients: keysFrom(options.clientKeys, "--client-keys"),
    exportCidrs: options.exportCidr,
    garbageCollection: GARBAGE_COLLECTION_DEFAULTS,
  };
  const at = { host, port: options.port };
  return { desired, at, pinned: at, folder: join(ROOT, "out", host), toldKeys: undefined };
};

const deployedServer = (options: CliOptions, env: NodeJS.ProcessEnv) => {
  const name = options.environment || DEFAULT_ENVIRONMENT;
  const environment = loadEnvironment(join(ROOT, "environments"), name);
  const folder = join(ROOT, "out", name);
  const handedOver = env[OUTPUTS_VARIABLE];
  const outputs = handedOver
    ? readOutputsText(handedOver, OUTPUTS_VARIABLE, name, ["nix-server"])
    : readOutputs(options.outputs ?? join(folder, "outputs.json"), name, ["nix-server"]);
  const { sshAddress, instanceId } = outputs["nix-server"];
  const pinned = { host: sshAddress, port: SSH_PORT };
  return {
    desired: desiredFromEnvironment(environment, outputs["nix-server"]),
    at: options.address === undefined ? pinned : parseAddress(options.address, "--address"),
    pinned,
    folder,
    toldKeys: () => hostKeysOfInstance(instanceId, environment.region),
  };
};

const jumpOf = (
  text: string | undefined,
  pin: Pick<PinOptions, "file" | "replaced">,
): SshAddress | undefined => {
  if (text === undefined) return undefined;
  const { user, host, port } = parseAddress(text, "--jump");
  if (user === undefined) throw new ProvisionError(`--jump: no user in ${text}; give user@${host}`);
  return { user, host, port, hostKeyCheck: pinInFile({ ...pin, host, port, replaced: false }) };
};

/**
 * Puts command line, environment file and stack outputs together.
 * @throws ProvisionError or UserError that says what is missing or wrong
 */
export const requestOf = (options: CliOptions, env: NodeJS.ProcessEnv): Request => {
  const server =
    options.host === undefined ? deployedServer(options, env) : ownServer(options, options.host);
  const { desired, at, pinned, toldKeys } = server;
  const agent = env["SSH_AUTH_SOCK"];
  if (options.key === undefined && !agent) {
    throw new ProvisionError(
      "no ssh key: give --key FILE (or NIXBARN_SSH_KEY), or start an ssh agent and load the key into it (ssh-add)",
    );
  }
  const keyFile = options.key?.replace(/^~(?=\/)/, homedir());
  const folder = options.knownHosts === undefined ? server.folder : dirname(options.knownHosts);
  const pin = {
    file: options.knownHosts ?? join(folder, "known_hosts"),
    replaced: options.replaced,
  };
  const jump = jumpOf(options.jump, pin);
  return {
    desired,
    folder,
    target: {
      host: at.host,
      port: at.port,
      user: desired.adminUser,
      ...(keyFile === undefined ? {} : { privateKey: readText(keyFile, "--key") }),
      ...(agent ? { agent } : {}),
      ...(jump === undefined ? {} : { jump }),
      bootTimeoutSec: options.bootTimeout,
      hostKeyCheck: pinInFile({
        ...pin,
        ...pinned,
        ...(toldKeys === undefined ? {} : { toldKeys }),
      }),
    },
  };
};
