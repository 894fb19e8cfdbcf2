import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { frontend } from "../../../buildbarn/frontend.ts";
import type { JsonObject } from "../../../buildbarn/json.ts";
import { runner } from "../../../buildbarn/runner.ts";
import { scheduler } from "../../../buildbarn/scheduler.ts";
import { storage } from "../../../buildbarn/storage.ts";
import { worker } from "../../../buildbarn/worker.ts";
import { CANARY } from "../../../config/canary.ts";
import { example, minimal } from "../../support/synth.ts";

const folder = mkdtempSync(join(tmpdir(), "nixbarn-schema-"));
const checker = join(folder, "checker");

beforeAll(async () => {
  await execa("go", ["build", "-o", checker, "."], { cwd: join(import.meta.dirname, "checker") });
});
afterAll(() => rmSync(folder, { recursive: true }));

/** What the schema says of one configuration: "ok", or what is wrong. */
const verdict = async (component: string, configuration: JsonObject): Promise<string> => {
  const file = join(folder, "configuration.json");
  writeFileSync(file, JSON.stringify(configuration));
  const { stdout } = await execa(checker, { input: `${component} ${file}\n` });
  return stdout.replace(`${component}: `, "");
};

describe.each([
  ["example", example()],
  ["minimal", minimal()],
])("%s", (_, environment) => {
  const all: [string, string, JsonObject][] = [
    ["storage", "storage", storage(environment)],
    ["frontend", "frontend", frontend(environment)],
    ["scheduler", "scheduler", scheduler(environment)],
    ["runner", "runner", runner(CANARY.storePath)],
    ...environment.buildbarn.pools.map((pool): [string, string, JsonObject] => [
      `worker of ${pool.name}`,
      "worker",
      worker(environment, pool),
    ]),
  ];

  test.each(all)("%s", async (_name, component, configuration) => {
    expect(await verdict(component, configuration)).toBe("ok");
  });
});

describe("a planted fault is caught", () => {
  const good = scheduler(example());

  test.each<[string, JsonObject, string]>([
    ["a misspelt field", { ...good, browserURL: "x" }, 'unknown field "browserURL"'],
    ["a wrong type", { ...good, maximumMessageSizeBytes: "much" }, "maximumMessageSizeBytes"],
    ["a wrong unit", { ...good, platformQueueWithNoWorkersTimeout: "15m" }, "Duration"],
  ])("%s", async (_, configuration, said) => {
    expect(await verdict("scheduler", configuration)).toContain(said);
  });
});
