import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { Command, Option } from "commander";
import { DEFAULT_ENVIRONMENT, loadEnvironment, UserError } from "../config/load.ts";
import { readOutputs } from "../config/read-outputs.ts";
import { readApiKey } from "./api-key.ts";
import { bundle } from "./bundle.ts";
import { refuseTracked, writeBundle } from "./write-bundle.ts";

interface Options {
  readonly environment: string;
  readonly key: string;
  readonly out: string;
  readonly outputs?: string;
  readonly identityFile: string;
  readonly bazelPackage: string;
}

const ROOT = resolve(import.meta.dirname, "..");

/** What the provisioner left of the server. */
const serverFile = (environment: string, name: string): string => {
  const file = join(ROOT, "out", environment, name);
  try {
    return readFileSync(file, "utf8");
  } catch {
    throw new UserError(
      `${file} cannot be read; it is written by: ENVIRONMENT=${environment} npm run nix-server -- apply`,
    );
  }
};

const knownHostsOf = (text: string, address: string): string => {
  const lines = text.split("\n").filter((line) => line.startsWith(`${address} `));
  if (lines.length > 0) return `${lines.join("\n")}\n`;
  throw new UserError(
    `the host key of ${address} is not known yet; connect once with: npm run nix-server -- plan`,
  );
};

const write = async (options: Options): Promise<void> => {
  const environment = loadEnvironment(join(ROOT, "environments"), options.environment);
  const { name } = environment;
  const outputs = readOutputs(options.outputs ?? join(ROOT, "out", name, "outputs.json"), name, [
    ...(["nix-server", "ingress", "buildbarn"] as const),
  ]);
  const folder = resolve(options.out);
  const { sshAddress } = outputs["nix-server"];
  const known = knownHostsOf(serverFile(name, "known_hosts"), sshAddress);
  const storePublicKey = serverFile(name, "store-public-key").trim();
  refuseTracked(folder);
  const files = bundle({
    environment: name,
    endpoint: outputs.ingress.endpoint,
    apiKey: await readApiKey(environment, options.key),
    keyName: options.key,
    pools: outputs.buildbarn.pools,
    sshAddress,
    knownHosts: known,
    storePublicKey,
    identityFile: options.identityFile,
    folder,
    bazelPackage: options.bazelPackage,
  });
  writeBundle(folder, files);
  console.log(
    `${files.length} files in ${folder}; ${join(folder, "README.md")} tells what to add where`,
  );
};

new Command("client")
  .description("Writes the settings of one client of a deployed environment.")
  .addOption(
    new Option("--environment <name>", "environment file")
      .env("ENVIRONMENT")
      .default(DEFAULT_ENVIRONMENT),
  )
  .requiredOption("--key <name>", "API key of the environment file to put in")
  .requiredOption("--out <folder>", "where to write")
  .option("--outputs <file>", "the stacks' outputs (default: out/<environment>/outputs.json)")
  .option("--identity-file <file>", "the person's private ssh key", "~/.ssh/id_ed25519")
  .option("--bazel-package <name>", "Bazel package that BUILD.bazel is to be", "nixbarn")
  .action(write)
  .parseAsync()
  .catch((error: unknown) => {
    if (!(error instanceof UserError)) throw error;
    console.error(error.message);
    process.exitCode = 1;
  });
