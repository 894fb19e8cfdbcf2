import { execFile, spawn } from "node:child_process";
import { UserError } from "../config/load.ts";

const TIMEOUT_MS = 30_000;

/** Runs a program that answers in JSON. @throws UserError with its last words, or how to get it */
export const jsonOf = (
  program: string,
  args: readonly string[],
  howToGet: string,
): Promise<unknown> =>
  new Promise((resolve, reject) => {
    execFile(program, args, { timeout: TIMEOUT_MS }, (error, stdout, stderr) => {
      if (error?.code === "ENOENT") {
        return reject(new UserError(`${program} is not on PATH: ${howToGet}`));
      }
      if (error !== null) {
        const said = stderr.trim().split("\n").at(-1) || `no answer in ${TIMEOUT_MS / 1000} s`;
        return reject(new UserError(said));
      }
      try {
        resolve(JSON.parse(stdout));
      } catch {
        reject(new UserError(`${program} ${args.slice(0, 2).join(" ")} does not answer in JSON`));
      }
    });
  });

/** One call of the AWS CLI. */
export const aws = (region: string, ...args: readonly string[]): Promise<unknown> =>
  jsonOf("aws", [...args, "--region", region, "--output", "json"], "https://aws.amazon.com/cli/");

/** Runs a program before the user's eyes; resolves with its exit code. */
export const show = (
  program: string,
  args: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string>>,
): Promise<number> =>
  new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd,
      stdio: "inherit",
      env: { ...process.env, ...env },
    });
    child.once("error", reject);
    child.once("close", (code) => resolve(code ?? 1));
  });
