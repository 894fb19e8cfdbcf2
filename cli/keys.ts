import { Command } from "commander";
import { findKey, readApiKey } from "../client/api-key.ts";
import { liveKeys } from "../config/api-keys.ts";
import type { Environment } from "../config/schema.ts";
import { environmentOption, loadNamed, runProgram } from "./program.ts";

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

const program = new Command("keys")
  .description("API keys of an environment: names, generations and validity, never the key.")
  .addOption(environmentOption())
  .action(({ environment }: { environment: string }) => list(loadNamed(environment)));
program
  .command("show <name>")
  .description("prints one key, for whoever's AWS rights allow it")
  .action(async (name: string) => {
    const { environment } = program.opts<{ environment: string }>();
    console.log(await readApiKey(loadNamed(environment), name));
  });

runProgram(program);
