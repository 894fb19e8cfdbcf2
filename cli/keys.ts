import { join, resolve } from "node:path";
import { Command, Option } from "commander";
import { findKey, readApiKey } from "../client/api-key.ts";
import { liveKeys } from "../config/api-keys.ts";
import { DEFAULT_ENVIRONMENT, loadEnvironment, UserError } from "../config/load.ts";
import type { Environment } from "../config/schema.ts";

const load = (name: string): Environment =>
  loadEnvironment(join(resolve(import.meta.dirname, ".."), "environments"), name);

/** All generations that are admitted today, a line each; never a key. */
const list = (environment: Environment): void => {
  const today = new Date().toISOString().slice(0, 10);
  const lines = liveKeys(environment.access.apiKeys, today).map(({ name, generation }) => {
    const key = findKey(environment, name);
    const valid =
      generation === key.generation ? "until it is rotated" : `until ${key.previousValidUntil}`;
    return [name, String(generation), valid];
  });
  for (const [name = "", generation = "", valid] of [["name", "generation", "valid"], ...lines]) {
    console.log(`${name.padEnd(24)} ${generation.padEnd(11)} ${valid}`);
  }
};

const environmentOption = new Option("--environment <name>", "environment file")
  .env("ENVIRONMENT")
  .default(DEFAULT_ENVIRONMENT);

const program = new Command("keys")
  .description("API keys of an environment: names, generations and validity, never the key.")
  .addOption(environmentOption)
  .action(({ environment }: { environment: string }) => list(load(environment)));
program
  .command("show <name>")
  .description("prints one key, for whoever's AWS rights allow it")
  .action(async (name: string) => {
    const { environment } = program.opts<{ environment: string }>();
    console.log(await readApiKey(load(environment), name));
  });

program.parseAsync().catch((error: unknown) => {
  if (!(error instanceof UserError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
});
