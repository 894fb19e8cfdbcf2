import { appendFileSync } from "node:fs";
import type { Reporter, TestModule } from "vitest/node";

/**
 * Appends `passed failed` (two numbers) to the file named by TALLY_FILE after a run, so that
 * `.ci/run` can add up several runs. A module that does not load counts as one failure.
 */
export default class TallyReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const file = process.env["TALLY_FILE"];
    if (file === undefined) return;
    let passed = 0;
    let failed = 0;
    for (const module of modules) {
      const results = [...module.children.allTests()].map((test) => test.result().state);
      passed += results.filter((state) => state === "passed").length;
      failed += results.filter((state) => state === "failed" || state === "pending").length;
      if (module.errors().length > 0) failed += 1;
    }
    appendFileSync(file, `${passed} ${failed}\n`);
  }
}
