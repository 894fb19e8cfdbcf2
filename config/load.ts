import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseEnvironmentText } from "./parse.ts";
import type { Environment } from "./schema.ts";

/** The environment of a command that names none. */
export const DEFAULT_ENVIRONMENT = "example";

/** A message for the person who runs the command: printed without a stack trace, exit code 1. */
export class UserError extends Error {}

/** Names of all environments in a folder, sorted. */
export const listEnvironments = (folder: string): string[] =>
  existsSync(folder)
    ? readdirSync(folder)
        .filter((file) => file.endsWith(".yaml"))
        .map((file) => file.slice(0, -".yaml".length))
        .sort()
    : [];

/**
 * Reads, checks and freezes `<folder>/<name>.yaml`.
 * @throws UserError that lists the environments when there is none of that name, or all faults of the file
 */
export const loadEnvironment = (folder: string, name: string): Environment => {
  const known = listEnvironments(folder);
  if (!known.includes(name)) {
    throw new UserError(
      `there is no environment ${JSON.stringify(name)}; ENVIRONMENT can be ${known.join(", ") || "nothing yet"}. To make one, copy environments/example.yaml to environments/<name>.yaml`,
    );
  }
  const result = parseEnvironmentText(readFileSync(join(folder, `${name}.yaml`), "utf8"));
  const faults = result.ok ? [] : result.faults.map((fault) => fault.text);
  if (result.ok && result.environment.name !== name) {
    faults.push(
      `name: must be the file's own name, got "${result.environment.name}"; write name: ${name}`,
    );
  }
  if (result.ok && faults.length === 0) return result.environment;
  const count = faults.length === 1 ? "1 fault" : `${faults.length} faults`;
  throw new UserError(
    [
      `environments/${name}.yaml has ${count}; nothing was written:`,
      ...faults.map((fault) => `  ${fault}`),
    ].join("\n"),
  );
};
