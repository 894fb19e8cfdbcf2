import { readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { Command } from "commander";
import { environmentOption, loadNamed, outFolder, runProgram } from "../cli/program.ts";
import { UserError } from "../config/load.ts";
import { readOutputs } from "../config/read-outputs.ts";
import { readApiKey } from "./api-key.ts";
import { bundle } from "./bundle.ts";
import { folderFaults, pathFaults, writeBundle } from "./write-bundle.ts";

interface Options {
  readonly environment: string;
  readonly key: string;
  readonly out: string;
  readonly outputs?: string;
  readonly identityFile: string;
  readonly bazelPackage: string;
}

/** What the provisioner left of the server, beside the stacks' outputs. */
const serverFile = (folder: string, environment: string, name: string): string => {
  const file = join(folder, name);
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

/** Runs steps that do not need one another, and tells all that is wrong at once. */
class Faults {
  private readonly texts: string[] = [];

  add(texts: readonly string[]): void {
    this.texts.push(...texts);
  }

  async of<Value>(step: () => Value | Promise<Value>): Promise<Value | undefined> {
    try {
      return await step();
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      this.texts.push(error.message);
      return undefined;
    }
  }

  throwAny(): void {
    if (this.texts.length > 0) throw new UserError(this.texts.join("\n"));
  }
}

const BAZEL_PACKAGE = /^[A-Za-z0-9_.+@-]+(\/[A-Za-z0-9_.+@-]+)*$/;

const packageFaults = (name: string): string[] =>
  BAZEL_PACKAGE.test(name)
    ? []
    : [`--bazel-package: must be a package as in tools/nixbarn, got ${JSON.stringify(name)}`];

const write = async (options: Options): Promise<void> => {
  const environment = loadNamed(options.environment);
  const { name } = environment;
  const folder = resolve(options.out);
  const file = options.outputs ?? join(outFolder(name), "outputs.json");
  const faults = new Faults();
  faults.add(folderFaults(folder));
  faults.add(pathFaults("--identity-file", options.identityFile));
  faults.add(packageFaults(options.bazelPackage));
  const outputs = await faults.of(() =>
    readOutputs(file, name, ["nix-server", "ingress", "buildbarn"]),
  );
  const hosts = await faults.of(() => serverFile(dirname(file), name, "known_hosts"));
  const known = await faults.of(
    () => outputs && hosts && knownHostsOf(hosts, outputs["nix-server"].sshAddress),
  );
  const storeKey = await faults.of(() =>
    serverFile(dirname(file), name, "store-public-key").trim(),
  );
  console.error(`reading the API key ${options.key} from Secrets Manager …`);
  const apiKey = await faults.of(() => readApiKey(environment, options.key));
  faults.throwAny();
  if (!outputs || !known || !storeKey || !apiKey) return;
  const files = bundle({
    environment: name,
    endpoint: outputs.ingress.endpoint,
    apiKey,
    keyName: options.key,
    pools: outputs.buildbarn.pools,
    sshAddress: outputs["nix-server"].sshAddress,
    knownHosts: known,
    storePublicKey: storeKey,
    identityFile: options.identityFile,
    folder,
    bazelPackage: options.bazelPackage,
  });
  writeBundle(folder, files);
  console.log(
    `${files.length} files in ${folder}; ${join(folder, "README.md")} tells what to add where`,
  );
};

runProgram(
  new Command("client")
    .description("Writes the settings of one client of a deployed environment.")
    .addOption(environmentOption())
    .requiredOption("--key <name>", "API key of the environment file to put in")
    .requiredOption("--out <folder>", "where to write")
    .option(
      "--outputs <file>",
      "the stacks' outputs, beside them what the provisioner left (default: out/<environment>/outputs.json)",
    )
    .option("--identity-file <file>", "the person's private ssh key", "~/.ssh/id_ed25519")
    .option("--bazel-package <name>", "Bazel package that BUILD.bazel is to be", "nixbarn")
    .action(write),
);
