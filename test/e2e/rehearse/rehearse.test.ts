import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Timeline } from "./timeline.ts";
import { World } from "./world.ts";

/** Where the time line and the logs stay. */
const LOGS = join(import.meta.dirname, "../../../out/rehearsal");
const timeline = new Timeline();
let world: World;
const transcripts: string[] = [];

beforeAll(async () => {
  world = await timeline.phase("parts: AWS, API server", () => World.start(LOGS));
  await world.bootInstance();
});
afterAll(async () => {
  await world?.stop();
  console.log(`\n${timeline.report(join(LOGS, "timeline.json"))}`);
});

/** A deploy as a person starts it. */
const deploy = (phase: string, ...options: readonly string[]) =>
  timeline.phase(phase, async (sees) => {
    world.project.sees = sees;
    const log = phase.replaceAll(/[^a-z0-9]+/gi, "-");
    const ended = await world.project.run(log, world.project.cdktf("deploy", ...options));
    transcripts.push(ended.output);
    return ended;
  });

/** What Terraform says that it did, by stack. */
const applied = (output: string): Record<string, string> =>
  Object.fromEntries(
    [...output.matchAll(/example-([a-z-]+) .*?(\d+) added, (\d+) changed, (\d+) destroyed/g)].map(
      ([, stack = "", added, changed, destroyed]) => [stack, `+${added} ~${changed} -${destroyed}`],
    ),
  );

describe("a deployment's life", () => {
  test("the first deploy makes everything, the Nix server provisioned", async () => {
    const { exitCode, output } = await deploy("first deploy");
    expect(exitCode, output.slice(-4000)).toBe(0);
    console.log(applied(output));
    expect(output).toContain("the server is as it should be");
  });
});
