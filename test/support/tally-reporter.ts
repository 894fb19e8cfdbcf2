import { appendFileSync } from "node:fs";
import { relative } from "node:path";
import type { Reporter, TestModule } from "vitest/node";

const firstLine = (text: string | undefined): string => text?.split("\n")[0] ?? "no reason told";

const faultsOf = (module: TestModule) => [
  ...module.errors().map(({ message }) => ({ fullName: "loading", message: firstLine(message) })),
  ...[...module.children.allTests()]
    .filter((test) => ["failed", "pending"].includes(test.result().state))
    .map((test) => ({
      fullName: test.fullName,
      message: firstLine(test.result().errors?.[0]?.message),
    })),
];

/**
 * Appends `passed failed` (two numbers) to the file named by TALLY_FILE after a run, and a line for
 * each failure, so that `.ci/run` can add up several runs and name at its end what failed in any. A
 * module that does not load counts as one failure.
 */
export default class TallyReporter implements Reporter {
  onTestRunEnd(
    modules: readonly TestModule[],
    unhandledErrors: readonly { readonly message: string }[],
  ): void {
    const file = process.env["TALLY_FILE"];
    if (file === undefined) return;
    let passed = 0;
    let failed = unhandledErrors.length;
    for (const { message } of unhandledErrors) {
      appendFileSync(file, `failed: outside of any test: ${firstLine(message)}\n`);
    }
    for (const module of modules) {
      const results = [...module.children.allTests()].map((test) => test.result().state);
      passed += results.filter((state) => state === "passed").length;
      failed += results.filter((state) => state === "failed" || state === "pending").length;
      if (module.errors().length > 0) failed += 1;
      for (const { fullName, message } of faultsOf(module)) {
        appendFileSync(
          file,
          `failed: ${relative(process.cwd(), module.moduleId)} > ${fullName}: ${message}\n`,
        );
      }
    }
    appendFileSync(file, `${passed} ${failed}\n`);
  }
}
