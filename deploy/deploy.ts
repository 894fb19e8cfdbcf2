import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { Command } from "commander";
import { environmentOption, loadNamed, outFolder, ROOT, runProgram } from "../cli/program.ts";
import { screenOn } from "../cli/screen.ts";
import { UserError } from "../config/load.ts";
import { runChecks } from "../doctor/check.ts";
import { observerOn } from "../doctor/report.ts";
import { ask } from "./ask.ts";
import { planText } from "./plan-text.ts";
import { preflight } from "./preflight.ts";
import { show } from "./programs.ts";

interface Options {
  readonly environment: string;
  readonly yes: boolean;
  readonly preflight: boolean;
  readonly doctor: boolean;
  readonly client?: string;
  readonly key?: string;
}

const checkFirst = async (environment: ReturnType<typeof loadNamed>): Promise<void> => {
  const observer = observerOn(screenOn(process.stdout));
  const checks = preflight(environment, process.env);
  const findings = await runChecks(checks, observer).finally(observer.ended);
  if (findings.some(({ kind }) => kind === "failed")) {
    throw new UserError("nothing was deployed; put that right, or go on with --no-preflight");
  }
};

const run = async (options: Options): Promise<void> => {
  const environment = loadNamed(options.environment);
  const { name } = environment;
  const outputs = join(outFolder(name), "outputs.json");
  if (options.preflight) await checkFirst(environment);
  console.log(planText(environment));
  if (!options.yes && (await ask(`deploy ${name}? Type its name: `, "--yes")) !== name) {
    throw new UserError("nothing was deployed");
  }
  mkdirSync(outFolder(name), { recursive: true });
  const inEnvironment = { ENVIRONMENT: name };
  const deploy = ["cdktf", "deploy", "*", "--auto-approve", "--outputs-file", outputs];
  if ((await show("npx", deploy, ROOT, inEnvironment)) !== 0) {
    throw new UserError(
      "the deploy did not come to its end; what it said above tells why; deploy again, and it goes on there",
    );
  }
  const key = options.key ?? environment.access.apiKeys[0]?.name ?? "";
  const npm = (...args: string[]) => show("npm", ["run", "--silent", ...args], ROOT, inEnvironment);
  if (options.client !== undefined) {
    const written = await npm("client", "--", "--key", key, "--out", options.client);
    if (written !== 0) throw new UserError("the stacks are deployed; the client bundle is missing");
  }
  if (options.doctor && (await npm("doctor", "--", "--key", key)) !== 0) {
    throw new UserError("the stacks are deployed; the doctor found what is told above");
  }
};

runProgram(
  new Command("deploy")
    .description(
      "Checks what a deploy needs, tells what it makes and costs, asks, runs cdktf deploy '*', writes the client bundle and runs the doctor. cdktf deploy '*' alone does as well.",
    )
    .addOption(environmentOption())
    .option("--yes", "do not ask", false)
    .option("--no-preflight", "do not check tools, rights, quotas and the hosted zone first")
    .option("--no-doctor", "do not run the doctor at the end")
    .option("--client <folder>", "write a client bundle there at the end")
    .option("--key <name>", "API key of bundle and doctor (default: the environment's first)")
    .action(run),
);
