import { join, resolve } from "node:path";
import { type Command, Option } from "commander";
import { DEFAULT_ENVIRONMENT, loadEnvironment, UserError } from "../config/load.ts";
import type { Environment } from "../config/schema.ts";

/** The project's folder. */
export const ROOT = resolve(import.meta.dirname, "..");

/** `--environment NAME`, or the variable ENVIRONMENT, as everywhere. */
export const environmentOption = (): Option =>
  new Option("--environment <name>", "environment file")
    .env("ENVIRONMENT")
    .default(DEFAULT_ENVIRONMENT);

/** @throws UserError with all faults of the file */
export const loadNamed = (name: string): Environment =>
  loadEnvironment(join(ROOT, "environments"), name);

/** What deploys and the provisioner leave of an environment. */
export const outFolder = (environment: string): string => join(ROOT, "out", environment);

/** Runs a program; a user's error ends it with its text alone and exit code 1. */
export const runProgram = (program: Command): void => {
  program.parseAsync().catch((error: unknown) => {
    if (!(error instanceof UserError)) throw error;
    console.error(error.message);
    process.exitCode = 1;
  });
};
