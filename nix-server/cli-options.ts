import { type Command, InvalidArgumentError, Option } from "commander";

/** Options as the command line and the environment give them. */
export interface CliOptions {
  readonly environment?: string;
  readonly outputs?: string;
  readonly address?: string;
  readonly host?: string;
  readonly port: number;
  readonly user: string;
  readonly key?: string;
  readonly jump?: string;
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

/** The environment variable in which a deploy hands its outputs over, as JSON. */
export const OUTPUTS_VARIABLE = "NIXBARN_NIX_SERVER_OUTPUTS";

const collect = (value: string, previous: string[]): string[] => [...previous, value];

const wholeNumber = (value: string): number => {
  if (!/^\d{1,6}$/.test(value)) throw new InvalidArgumentError("It must be a whole number.");
  return Number(value);
};

const FOR_BOTH = [
  new Option("--key <file>", "private key (default: the ssh agent)").env("NIXBARN_SSH_KEY"),
  new Option("--jump <user@host[:port]>", "machine to go through, opened by the same key").env(
    "NIXBARN_SSH_JUMP",
  ),
  new Option(
    "--known-hosts <file>",
    "where host keys are pinned (default: out/<…>/known_hosts); the store's public key goes beside it",
  ),
  new Option("--replaced", "admit another host key this once: the instance was replaced").default(
    false,
  ),
  new Option("--lock-wait <seconds>", "how long to wait for another run")
    .argParser(wholeNumber)
    .default(60),
  new Option("--boot-timeout <seconds>", "how long to wait for ssh")
    .env("NIXBARN_SSH_BOOT_TIMEOUT")
    .argParser(wholeNumber)
    .default(300),
  new Option("--json", "machine-readable output").default(false),
];

const FOR_ENVIRONMENTS = [
  new Option("--environment <name>", "environment file to follow (default: example)").env(
    "ENVIRONMENT",
  ),
  new Option("--outputs <file>", "the stacks' outputs (default: out/<environment>/outputs.json)"),
  new Option(
    "--address <host[:port]>",
    "where ssh connects, when not to the stack's address (a port forward)",
  ).env("NIXBARN_SSH_ADDRESS"),
];

const FOR_OWN_SERVERS = [
  new Option("--host <address>", "an own server, without an environment"),
  new Option("--port <number>", "its port of ssh").argParser(wholeNumber).default(22),
  new Option("--user <login>", "its login with sudo").default("admin"),
  new Option("--volume-serial <serial>", "its store's volume"),
  new Option("--client-keys <file>", "public keys of Bazel clients, one a line"),
  new Option("--admin-keys <file>", "public keys of the login (default: leave them as they are)"),
  new Option("--export-cidr <cidr>", "network that may mount the store; can be repeated")
    .argParser(collect)
    .default([]),
];

/** Gives a command all options, in groups. */
export const withOptions = (command: Command): Command => {
  for (const option of FOR_BOTH) command.addOption(option);
  for (const option of FOR_ENVIRONMENTS) {
    command.addOption(option.helpGroup("For an environment:"));
  }
  for (const option of FOR_OWN_SERVERS) {
    command.addOption(option.helpGroup("For an own server:"));
  }
  return command;
};
