import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { Command, InvalidArgumentError, Option } from "commander";
import { environmentOption, loadNamed, outFolder, runProgram } from "../cli/program.ts";
import { NO_SCREEN, screenOn } from "../cli/screen.ts";
import { findKey, readApiKey } from "../client/api-key.ts";
import { UserError } from "../config/load.ts";
import { readOutputs } from "../config/read-outputs.ts";
import type { Environment } from "../config/schema.ts";
import { DEBIAN_IMAGE } from "../config/versions.ts";
import { type DoctorTargets, examine } from "./doctor.ts";
import { observerOn, renderSummary } from "./report.ts";

interface Address {
  readonly host: string;
  readonly port: number;
}

interface Options {
  readonly environment: string;
  readonly key?: string;
  readonly only?: "endpoint" | "server";
  readonly outputs?: string;
  readonly identityFile?: string;
  readonly adminKey?: string;
  readonly sshAddress?: Address;
  readonly connectTo?: Address;
  readonly ca?: string;
  readonly poolTimeout: number;
  readonly json: boolean;
}

const HTTPS_PORT = 443;
const SSH_PORT = 22;
const DEFAULT_IDENTITY = "~/.ssh/id_ed25519";
/** Holds a key for those who have no AWS rights to read it. */
const KEY_VARIABLE = "NIXBARN_API_KEY";

const address =
  (defaultPort: number) =>
  (text: string): Address => {
    const [, host, port] = /^(?:\[?([\w.:-]+?)\]?)(?::(\d{1,5}))?$/.exec(text) ?? [];
    if (host === undefined) throw new InvalidArgumentError("It must be host[:port].");
    return { host, port: Number(port ?? defaultPort) };
  };

const seconds = (text: string): number => {
  if (!/^[1-9]\d{0,4}$/.test(text)) throw new InvalidArgumentError("It must be a whole number.");
  return Number(text);
};

const homed = (file: string): string => file.replace(/^~(?=\/)/, homedir());

const textOf = (file: string, option: string): string => {
  try {
    return readFileSync(homed(file), "utf8");
  } catch {
    throw new UserError(`${option}: ${file} cannot be read`);
  }
};

/** The person's key: the one asked for, else the usual one if there is any, else the agent's. */
const clientKeyOf = ({ identityFile }: Options): string | undefined => {
  if (identityFile !== undefined) return textOf(identityFile, "--identity-file");
  return existsSync(homed(DEFAULT_IDENTITY)) ? textOf(DEFAULT_IDENTITY, "ssh key") : undefined;
};

const endpointOf = (environment: Environment, endpoint: string, options: Options) => {
  const keyName = options.key ?? environment.access.apiKeys[0]?.name ?? "";
  findKey(environment, keyName);
  return {
    target: {
      name: endpoint,
      port: HTTPS_PORT,
      ...(options.connectTo === undefined ? {} : { connectTo: options.connectTo }),
      ...(options.ca === undefined ? {} : { ca: textOf(options.ca, "--ca") }),
    },
    keyName,
    readKey: async () => process.env[KEY_VARIABLE] ?? (await readApiKey(environment, keyName)),
  };
};

const serverOf = (
  { nixServer }: Environment,
  sshAddress: string,
  folder: string,
  options: Options,
) => {
  const pinnedAs = { host: sshAddress, port: SSH_PORT };
  const clientKey = clientKeyOf(options);
  const agent = process.env["SSH_AUTH_SOCK"];
  return {
    target: {
      pinnedAs,
      at: options.sshAddress ?? pinnedAs,
      knownHostsFile: join(folder, "known_hosts"),
      ...(clientKey === undefined ? {} : { clientKey }),
      ...(agent ? { agent } : {}),
    },
    admin: {
      user: DEBIAN_IMAGE.login,
      ...(options.adminKey === undefined
        ? clientKey === undefined
          ? {}
          : { privateKey: clientKey }
        : { privateKey: textOf(options.adminKey, "--admin-key") }),
    },
    architecture: nixServer.architecture,
    rootsOlderThanDays: nixServer.garbageCollection.rootsOlderThanDays,
  };
};

const targetsOf = (options: Options): DoctorTargets => {
  const environment = loadNamed(options.environment);
  const file = options.outputs ?? join(outFolder(environment.name), "outputs.json");
  const outputs = readOutputs(file, environment.name, ["nix-server", "ingress", "buildbarn"]);
  const { only } = options;
  return {
    ...(only === "server"
      ? {}
      : { endpoint: endpointOf(environment, outputs.ingress.endpoint, options) }),
    ...(only === "endpoint"
      ? {}
      : {
          server: serverOf(environment, outputs["nix-server"].sshAddress, dirname(file), options),
        }),
    pools: outputs.buildbarn.pools,
    poolLimitSec: options.poolTimeout,
  };
};

const run = async (options: Options): Promise<void> => {
  const targets = targetsOf(options);
  const observer = observerOn(options.json ? NO_SCREEN : screenOn(process.stdout));
  const findings = await examine(targets, observer).finally(observer.ended);
  console.log(options.json ? JSON.stringify(findings, null, 2) : renderSummary(findings));
  process.exitCode = findings.some(({ kind }) => kind === "failed") ? 1 : 0;
  // A server that hangs may hold a connection; nothing is left to wait for.
  setTimeout(() => process.exit(), 2000).unref();
};

runProgram(
  new Command("doctor")
    .description(
      "Proves a deployment from outside: who is let in, that actions run, that what the Nix server builds is seen by every pool. Exit code 1 when anything failed.",
    )
    .addOption(environmentOption())
    .option("--key <name>", "API key to use (default: the environment's first)")
    .addOption(
      new Option("--only <part>", "look at one part alone, which leaves the pools out").choices([
        "endpoint",
        "server",
      ]),
    )
    .option(
      "--outputs <file>",
      "the stacks' outputs, beside them known_hosts (default: out/<environment>/outputs.json)",
    )
    .option(
      "--identity-file <file>",
      `a client's private ssh key (default: ${DEFAULT_IDENTITY}, else the ssh agent)`,
    )
    .addOption(
      new Option(
        "--admin-key <file>",
        "an admin's private ssh key, to see free space and roots (default: the client's)",
      ).env("NIXBARN_SSH_KEY"),
    )
    .addOption(
      new Option("--ssh-address <host[:port]>", "where ssh connects (a port forward)")
        .env("NIXBARN_SSH_ADDRESS")
        .argParser(address(SSH_PORT)),
    )
    .addOption(
      new Option(
        "--connect-to <host[:port]>",
        "where gRPC connects, when the endpoint's name does not lead there yet",
      ).argParser(address(HTTPS_PORT)),
    )
    .option("--ca <file>", "certificates to trust instead of the usual ones, as PEM")
    .addOption(
      new Option("--pool-timeout <seconds>", "for each pool; a node may have to start")
        .argParser(seconds)
        .default(900),
    )
    .option("--json", "machine-readable output", false)
    .addHelpText(
      "after",
      `\nWithout AWS rights to read the API key, put it into the environment variable ${KEY_VARIABLE}.`,
    )
    .action(run),
);
