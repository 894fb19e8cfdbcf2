import { Command } from "commander";
import { UserError } from "../config/load.ts";
import { apply } from "./apply.ts";
import { ProvisionError } from "./host.ts";
import { takeLock } from "./lock.ts";
import { type CliOptions, type Request, requestOf } from "./options.ts";
import { plan, readFacts } from "./plan.ts";
import { renderStep, stepToJson, summary } from "./render.ts";
import { connect, type SshHost } from "./ssh-host.ts";
import { verify } from "./verify.ts";

/** Exit codes: all is in order; plan has changes; an error. */
const IN_ORDER = 0;
const HAS_CHANGES = 2;
const FAILED = 1;

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

const runApply: Action = async (host, { desired }, options) => {
  await takeLock(host, options.lockWait);
  const steps = await apply(host, desired, (step) => {
    if (!options.json) console.log(renderStep(step));
  });
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
    console.error(`connecting to ${request.target.user}@${request.target.host} …`);
    const host = await connect(request.target);
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

const collect = (value: string, previous: string[]): string[] => [...previous, value];
const wholeNumber = (value: string): number => {
  if (!/^\d+$/.test(value)) throw new ProvisionError(`expected a whole number, got ${value}`);
  return Number(value);
};

const withOptions = (command: Command): Command =>
  command
    .option(
      "--environment <name>",
      "environment file to follow (default: $ENVIRONMENT, or example)",
    )
    .option("--outputs <file>", "the stacks' outputs (default: out/<environment>/outputs.json)")
    .option("--host <address>", "an own server, without an environment")
    .option("--port <number>", "port of ssh", wholeNumber, 22)
    .option("--user <login>", "login with sudo, for --host", "admin")
    .option("--key <file>", "private key (default: the ssh agent)")
    .option("--known-hosts <file>", "where host keys are pinned (default: out/<…>/known_hosts)")
    .option("--replaced", "admit another host key this once: the instance was replaced", false)
    .option("--volume-serial <serial>", "the store's volume, for --host")
    .option("--client-keys <file>", "public keys of Bazel clients, for --host")
    .option(
      "--admin-keys <file>",
      "public keys of the login, for --host (default: leave as they are)",
    )
    .option("--export-cidr <cidr>", "network that may mount the store, for --host", collect, [])
    .option("--lock-wait <seconds>", "how long to wait for another run", wholeNumber, 60)
    .option("--boot-timeout <seconds>", "how long to wait for ssh", wholeNumber, 300)
    .option("--json", "machine-readable output", false);

const program = new Command("nix-server").description(
  "Makes a Debian 13 machine with an attached volume the Nix server, and keeps it so.",
);
withOptions(program.command("facts").description("what the server is, as JSON")).action(
  runOn(showFacts),
);
withOptions(
  program.command("plan").description("what apply would change; exit code 2 when there is any"),
).action(runOn(showPlan));
withOptions(program.command("apply").description("make it so; can be repeated")).action(
  runOn(runApply),
);
withOptions(program.command("verify").description("look from outside only, change nothing")).action(
  runVerify,
);

program.parseAsync().catch((error: unknown) => {
  if (!(error instanceof ProvisionError || error instanceof UserError)) throw error;
  console.error(error.message);
  process.exitCode = FAILED;
});
