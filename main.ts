import "./cli/without-source-maps.ts";
import { join, relative } from "node:path";
import { App } from "cdktf";
import { DEFAULT_ENVIRONMENT, loadEnvironment, UserError } from "./config/load.ts";
import { provisioningTrigger } from "./nix-server/trigger.ts";
import { buildStacks } from "./stacks/index.ts";

const here = import.meta.dirname;

/** Synthesizes the environment that ENVIRONMENT names into cdktf.out (or CDKTF_OUTDIR). */
const main = (): void => {
  const name = process.env["ENVIRONMENT"] || DEFAULT_ENVIRONMENT;
  const environment = loadEnvironment(join(here, "environments"), name);
  const byCdktf = process.env["CDKTF_OUTDIR"] !== undefined;
  const app = new App(byCdktf ? {} : { outdir: join(here, "cdktf.out") });
  const stacks = buildStacks(app, {
    environment,
    stateFolder: join(here, "out", name, "state"),
    today: new Date().toISOString().slice(0, 10),
    provisioningTrigger: provisioningTrigger(environment),
    projectFolder: relative(join(app.outdir, "stacks", "one"), here),
  });
  app.synth();
  if (byCdktf) return;
  console.log(`environment ${name}: ${stacks.length} stacks, in the order of their deployment\n`);
  for (const { node } of stacks) {
    const file = join(app.outdir, "stacks", node.id, "cdk.tf.json");
    console.log(`  ${node.id.padEnd(24)} ${relative(process.cwd(), file)}`);
  }
  const prefix = name === DEFAULT_ENVIRONMENT ? "" : `ENVIRONMENT=${name} `;
  console.log("\nNext, with AWS credentials and Terraform at hand:");
  console.log(`  ${prefix}npx cdktf diff ${stacks[0]?.node.id}`);
  console.log(`  ${prefix}npx cdktf deploy '*'`);
};

try {
  main();
} catch (error) {
  if (!(error instanceof UserError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
