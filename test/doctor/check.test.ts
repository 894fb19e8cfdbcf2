import { expect, test } from "vitest";
import { screenOn } from "../../cli/screen.ts";
import { type Check, failed, ok, runChecks } from "../../doctor/check.ts";
import { observerOn, renderFinding, renderSummary } from "../../doctor/report.ts";

const quiet = { doing: () => {}, done: () => {}, found: () => {} };
const never = (): Promise<never> => new Promise(() => {});
const kinds = async (checks: readonly Check[]) =>
  (await runChecks(checks, quiet)).map(({ check, kind, text }) => [check, kind, text]);

test("a check runs after those that it needs, and is skipped when one of them is not in order", async () => {
  const order: string[] = [];
  const check = (name: string, needs: string[], verdict = ok("fine")): Check => ({
    name,
    needs,
    run: async () => {
      order.push(name);
      return verdict;
    },
  });
  expect(
    await kinds([
      check("a", []),
      check("b", ["a"], failed("broken", "mend it")),
      check("c", ["a", "b"]),
      check("d", ["c"]),
      check("e", ["a"]),
    ]),
  ).toEqual([
    ["a", "ok", "fine"],
    ["b", "failed", "broken"],
    ["c", "skipped", "needs: b"],
    ["d", "skipped", "needs: c"],
    ["e", "ok", "fine"],
  ]);
  expect(order).toEqual(["a", "b", "e"]);
});

test("a check that hangs ends at its limit, one that throws is told by its error", async () => {
  expect(
    await kinds([
      { name: "hangs", limitSec: 0.02, run: never },
      {
        name: "throws",
        run: async () => {
          throw new Error("no such thing");
        },
      },
    ]),
  ).toEqual([
    ["hangs", "failed", "no answer in 0.02 s"],
    ["throws", "failed", "no such thing"],
  ]);
});

test("on a terminal: findings stay, what is waited for is overwritten", async () => {
  let written = "";
  let clock = 0;
  const now = () => clock;
  const out = { write: (text: string) => (written += text), isTTY: true, columns: 60 };
  const observer = observerOn(screenOn(out, now), now);
  clock = 4000;
  observer.doing("pool a", "queued");
  observer.done("pool a");
  observer.found({ ...failed("broken", "mend it"), check: "pool a", seconds: 1 });
  observer.ended();
  expect(written).toBe(
    "        … 4 s: pool a (queued)\r\u001b[KFAILED  pool a: broken\n        remedy: mend it\n",
  );
});

test("in a log: a line for each finding, and one of what is waited for every ten seconds", () => {
  let written = "";
  let clock = 0;
  const now = () => clock;
  const observer = observerOn(screenOn({ write: (text) => (written += text) }, now), now);
  for (const second of [1, 5, 9, 12, 15]) {
    clock = second * 1000;
    observer.doing("pool a", `at ${second}`);
  }
  observer.ended();
  expect(written).toBe("        … 12 s: pool a (at 12)\n");
});

test("a line for each kind, and the sum of them", () => {
  const findings = [
    { ...ok("fine"), check: "a", seconds: 0 },
    { ...failed("broken", "mend it"), check: "b", seconds: 0 },
  ];
  expect(findings.map(renderFinding)).toEqual([
    "ok      a: fine",
    "FAILED  b: broken\n        remedy: mend it",
  ]);
  expect(renderSummary(findings)).toBe("1 ok, 1 failed, 0 skipped");
});
