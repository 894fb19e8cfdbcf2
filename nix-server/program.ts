import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Command, CommanderError } from "commander";
import type { Output } from "../cli/screen.ts";
import { UserError } from "../config/load.ts";
import { apply } from "./apply.ts";
import { type CliOptions, OUTPUTS_VARIABLE, withOptions } from "./cli-options.ts";
import { SIGNING_PUBLIC_KEY } from "./desired.ts";
import { ProvisionError } from "./host.ts";
import { loginIdentities, refuseLockOut } from "./key-files.ts";
import { takeLock } from "./lock.ts";
import { plan, readFacts } from "./plan.ts";
import { SILENT, showProgress } from "./progress.ts";
import { renderStep, stepToJson, summary } from "./render.ts";
import { type Request, requestOf } from "./request.ts";
import { connect, type SshHost } from "./ssh-host.ts";
import { verify } from "./verify.ts";

/** Exit codes: all is in order; plan has changes; an error. */
const IN_ORDER = 0;
const HAS_CHANGES = 2;
const FAILED = 1;

/** Where a command takes its environment from, and where it writes to. */
export interface Surroundings {
  readonly env: NodeJS.ProcessEnv;
  readonly out: Output;
  readonly err: Output;
}

interface Job {
  readonly request: Request;
  readonly options: CliOptions;
  readonly out: Output;
}
type Action = (host: SshHost, job: Job) => Promise<number>;

const print = (out: Output, text: string): void => {
  out.write(`${text}\n`);
};
const json = (value: unknown): string =>
  JSON.stringify(value, (_, item) => (item instanceof Map ? Object.fromEntries(item) : item), 2);

const showFacts: Action = async (host, { request, out }) => {
  print(out, json(await readFacts(host, request.desired)));
  return IN_ORDER;
};

const showPlan: Action = async (host, { request: { desired }, options, out }) => {
  const steps = plan(desired, await readFacts(host, desired));
  if (options.json) print(out, json(steps.map(stepToJson)));
  else {
    for (const step of steps) print(out, renderStep(step));
    print(out, summary(steps));
  }
  if (steps.some(({ outcome }) => outcome.kind === "refusal")) return FAILED;
  return steps.some(({ outcome }) => outcome.kind === "change") ? HAS_CHANGES : IN_ORDER;
};

const runApply: Action = async (host, { request: { desired, folder }, options, out }) => {
  await takeLock(host, options.lockWait);
  const progress = options.json ? SILENT : showProgress(out, renderStep);
  const { steps, facts } = await apply(host, desired, progress).finally(progress.ended);
  mkdirSync(folder, { recursive: true });
  writeFileSync(
    join(folder, "store-public-key"),
    `${facts.files.get(SIGNING_PUBLIC_KEY)?.content?.trim()}\n`,
  );
  if (options.json) print(out, json(steps.map(stepToJson)));
  else {
    const changed = steps.filter(({ outcome }) => outcome.kind === "change").length;
    print(out, `${changed} changed; the server is as it should be`);
  }
  return IN_ORDER;
};

const runOn = async (
  action: Action,
  options: CliOptions,
  { env, out, err }: Surroundings,
): Promise<number> => {
  const request = requestOf(options, env);
  const { target, desired } = request;
  if (action !== showFacts) {
    refuseLockOut(desired.admins, await loginIdentities(target.privateKey, target.agent));
  }
  print(err, `connecting to ${target.user}@${target.host} …`);
  const host = await connect(target);
  return action(host, { request, options, out }).finally(() => host.close());
};

const runVerify = async (options: CliOptions, { env, out }: Surroundings): Promise<number> => {
  const findings = await verify(requestOf(options, env).target);
  if (options.json) print(out, json(findings));
  else for (const { ok, text } of findings) print(out, `  ${ok ? "=" : "!"} ${text}`);
  return findings.every(({ ok }) => ok) ? IN_ORDER : FAILED;
};

/** What a failed command says; a deploy, which runs `apply`, is told how it goes on. */
const explain = (error: ProvisionError | UserError, { env, err }: Surroundings): void => {
  print(err, error.message);
  if (env[OUTPUTS_VARIABLE] === undefined) return;
  const resume = `ENVIRONMENT=${env["ENVIRONMENT"]} npx cdktf deploy '*'`;
  print(err, `when that is put right, deploy again: it goes on here\n  ${resume}`);
};

/** `npm run nix-server -- ARGS`. @returns the exit code */
export const runNixServer = async (
  args: readonly string[],
  surroundings: Surroundings,
): Promise<number> => {
  let exitCode = IN_ORDER;
  const { out, err } = surroundings;
  const program = new Command("nix-server")
    .description(
      "Makes a Debian 13 machine with an attached volume the Nix server, and keeps it so.",
    )
    .exitOverride()
    .configureOutput({ writeOut: (text) => out.write(text), writeErr: (text) => err.write(text) });
  const command = (
    name: string,
    description: string,
    run: (options: CliOptions) => Promise<number>,
  ): void => {
    withOptions(program.command(name).description(description)).action(
      async (options: CliOptions) => {
        exitCode = await run(options);
      },
    );
  };
  const on = (action: Action) => (options: CliOptions) => runOn(action, options, surroundings);
  command("facts", "what the server is, as JSON", on(showFacts));
  command("plan", "what apply would change; exit code 2 when there is any", on(showPlan));
  command("apply", "make it so; can be repeated", on(runApply));
  command("verify", "look from outside only, change nothing", (options) =>
    runVerify(options, surroundings),
  );
  try {
    await program.parseAsync(args, { from: "user" });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode;
    if (!(error instanceof ProvisionError || error instanceof UserError)) throw error;
    explain(error, surroundings);
    return FAILED;
  }
};
