import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Command } from "commander";
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

/** For a deploy, which runs `apply` and fails with it. */
const RESUME = `ENVIRONMENT=${process.env["ENVIRONMENT"]} npx cdktf deploy '*'`;

type Action = (host: SshHost, request: Request, options: CliOptions) => Promise<number>;

const json = (value: unknown): void =>
  console.log(
    JSON.stringify(value, (_, item) => (item instanceof Map ? Object.fromEntries(item) : item), 2),
  );

const showFacts: Action = async (host, { desired }) => {
  json(await readFacts(host, desired));
  return IN_ORDER;
};

const showPlan: Action = async (host, { desired }, options) => {
  const steps = plan(desired, await readFacts(host, desired));
  if (options.json) json(steps.map(stepToJson));
  else {
    for (const step of steps) console.log(renderStep(step));
    console.log(summary(steps));
  }
  if (steps.some(({ outcome }) => outcome.kind === "refusal")) return FAILED;
  return steps.some(({ outcome }) => outcome.kind === "change") ? HAS_CHANGES : IN_ORDER;
};

const runApply: Action = async (host, { desired, folder }, options) => {
  await takeLock(host, options.lockWait);
  const progress = options.json ? SILENT : showProgress(process.stdout, renderStep);
  const { steps, facts } = await apply(host, desired, progress).finally(progress.ended);
  mkdirSync(folder, { recursive: true });
  writeFileSync(
    join(folder, "store-public-key"),
    `${facts.files.get(SIGNING_PUBLIC_KEY)?.content?.trim()}\n`,
  );
  if (options.json) json(steps.map(stepToJson));
  else {
    const changed = steps.filter(({ outcome }) => outcome.kind === "change").length;
    console.log(`${changed} changed; the server is as it should be`);
  }
  return IN_ORDER;
};

const runOn =
  (action: Action) =>
  async (options: CliOptions): Promise<void> => {
    const request = requestOf(options, process.env);
    const { target, desired } = request;
    if (action !== showFacts) {
      refuseLockOut(desired.admins, await loginIdentities(target.privateKey, target.agent));
    }
    console.error(`connecting to ${target.user}@${target.host} …`);
    const host = await connect(target);
    try {
      process.exitCode = await action(host, request, options);
    } finally {
      await host.close();
    }
  };

const runVerify = async (options: CliOptions): Promise<void> => {
  const findings = await verify(requestOf(options, process.env).target);
  if (options.json) json(findings);
  else for (const { ok, text } of findings) console.log(`  ${ok ? "=" : "!"} ${text}`);
  process.exitCode = findings.every(({ ok }) => ok) ? IN_ORDER : FAILED;
};

const program = new Command("nix-server").description(
  "Makes a Debian 13 machine with an attached volume the Nix server, and keeps it so.",
);
const command = (name: string, description: string): Command =>
  withOptions(program.command(name).description(description));

command("facts", "what the server is, as JSON").action(runOn(showFacts));
command("plan", "what apply would change; exit code 2 when there is any").action(runOn(showPlan));
command("apply", "make it so; can be repeated").action(runOn(runApply));
command("verify", "look from outside only, change nothing").action(runVerify);

program.parseAsync().catch((error: unknown) => {
  if (!(error instanceof ProvisionError || error instanceof UserError)) throw error;
  console.error(error.message);
  if (process.env[OUTPUTS_VARIABLE] !== undefined) {
    console.error(`when that is put right, deploy again: it goes on here\n  ${RESUME}`);
  }
  process.exitCode = FAILED;
});
