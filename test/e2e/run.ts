/**
 * `npm run test:e2e -- [SUITE ...]`: runs the suites under test/e2e, each against real parts.
 *
 * A suite whose parts are missing is left out with the list of what is missing and how to get it;
 * with E2E_REQUIRED=1 that is a failure. Two suites run at once. Exit code 0 when all that ran passed, else 1.
 */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { startVitest } from "vitest/node";
import { longestFirst } from "./support/longest-first.ts";
import type { Part, Suite } from "./support/suite-type.ts";

const folder = import.meta.dirname;
/** Most of what the suites do is wait, for machines that boot and for answers. */
const SUITES_AT_ONCE = 2;
const names = readdirSync(folder).filter((name) => existsSync(join(folder, name, "suite.ts")));

const load = async (name: string): Promise<Suite> => {
  const module: { suite: Suite } = await import(`./${name}/suite.ts`);
  return module.suite;
};

const missingParts = async (suite: Suite): Promise<Part[]> => {
  const found = await Promise.all(suite.parts.map((part) => part.present()));
  return suite.parts.filter((_, index) => !found[index]);
};

const main = async (args: readonly string[]): Promise<number> => {
  if (args.includes("--list") || args.includes("--help")) {
    for (const name of names) {
      const { summary, minutes } = await load(name);
      console.log(`${name.padEnd(18)} ${String(minutes).padStart(2)} min  ${summary}`);
    }
    return 0;
  }
  const unknown = args.filter((name) => !names.includes(name));
  if (unknown.length > 0) {
    console.error(`no e2e suite called ${unknown.join(", ")}; there are: ${names.join(", ")}`);
    return 1;
  }
  const required = process.env["E2E_REQUIRED"] === "1";
  const runnable = new Map<string, Suite>();
  let failed = false;
  for (const name of args.length > 0 ? args : names) {
    const suite = await load(name);
    if (args.length === 0 && process.env["CI"] !== undefined && suite.inCi === false) {
      console.error(`e2e suite ${name} left out: not for CI (${suite.summary})`);
      continue;
    }
    const missing = await missingParts(suite);
    if (missing.length === 0) {
      runnable.set(name, suite);
      continue;
    }
    console.error(`e2e suite ${name} ${required ? "cannot run" : "left out"}; missing:`);
    for (const part of missing) console.error(`  ${part.name}: ${part.remedy}`);
    failed ||= required;
  }
  if (runnable.size === 0) return failed ? 1 : 0;
  const suites = [...runnable.values()];
  for (const suite of suites) await suite.prepare?.();
  const vitest = await startVitest(
    "test",
    [...runnable.keys()].map((name) => `test/e2e/${name}/`),
    {
      run: true,
      minWorkers: 1,
      maxWorkers: suites.some(({ alone }) => alone) ? 1 : SUITES_AT_ONCE,
      sequence: {
        sequencer: longestFirst(
          new Map([...runnable].map(([name, { minutes }]) => [name, minutes])),
        ),
      },
      project: ["e2e"],
      reporters: [
        "verbose",
        ...(process.env["TALLY_FILE"] ? ["./test/support/tally-reporter.ts"] : []),
      ],
    },
  );
  await vitest.close();
  return failed ? 1 : Number(process.exitCode ?? 0);
};

process.exitCode = await main(process.argv.slice(2));
