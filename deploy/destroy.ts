import { Command } from "commander";
import { environmentOption, loadNamed, ROOT, runProgram } from "../cli/program.ts";
import { UserError } from "../config/load.ts";
import { ask } from "./ask.ts";
import { show } from "./programs.ts";

const run = async (options: { environment: string; yes: boolean }): Promise<void> => {
  const { name, nixServer } = loadNamed(options.environment);
  if (!nixServer.volume.allowDestroy) {
    throw new UserError(
      `the volume of /nix is guarded, and Terraform would refuse in the middle: set nixServer.volume.allowDestroy: true in environments/${name}.yaml, deploy, then destroy`,
    );
  }
  console.log(
    `all stacks of environment ${name} go, with the store, its API keys and its cache; snapshots of the volume stay`,
  );
  if (!options.yes && (await ask(`destroy ${name}? Type its name: `, "--yes")) !== name) {
    throw new UserError("nothing was destroyed");
  }
  const destroy = ["cdktf", "destroy", "*", "--auto-approve"];
  if ((await show("npx", destroy, ROOT, { ENVIRONMENT: name })) !== 0) {
    throw new UserError("not all is gone; what it said above tells why; destroy again");
  }
};

runProgram(
  new Command("destroy")
    .description("Says what goes, asks, and runs cdktf destroy '*'.")
    .addOption(environmentOption())
    .option("--yes", "do not ask", false)
    .action(run),
);
