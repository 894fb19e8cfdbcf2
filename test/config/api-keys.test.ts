import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { liveKeys } from "../../config/api-keys.ts";

const ids = (keys: ReturnType<typeof liveKeys>) =>
  keys.map(({ name, generation }) => `${name}/${generation}`);

describe("live generations", () => {
  const rotated = { name: "ci", generation: 3, previousValidUntil: "2026-12-31" };
  test.each([
    ["a key that was never rotated", { name: "ci", generation: 1 }, "2026-11-23", ["ci/1"]],
    ["rotated without a period", { name: "ci", generation: 3 }, "2026-11-23", ["ci/3"]],
    ["before the last day", rotated, "2026-12-30", ["ci/2", "ci/3"]],
    ["on the last day", rotated, "2026-12-31", ["ci/2", "ci/3"]],
    ["after the last day", rotated, "2027-01-01", ["ci/3"]],
  ])("%s", (_, key, today, expected) => {
    expect(ids(liveKeys([key], today))).toEqual(expected);
  });
});

describe("priorities of listener rules", () => {
  const keys = fc.uniqueArray(
    fc.record({
      name: fc.stringMatching(/^[a-z][a-z0-9]{0,8}$/),
      generation: fc.integer({ min: 1, max: 9 }),
      previousValidUntil: fc.constant("2099-12-31"),
    }),
    { selector: ({ name }) => name, maxLength: 45 },
  );

  test("are unique and within AWS's range, whatever the order in the file", () => {
    fc.assert(
      fc.property(keys, (some) => {
        const live = liveKeys(some, "2026-11-23");
        const priorities = live.map(({ priority }) => priority);
        expect(new Set(priorities).size).toBe(priorities.length);
        expect(priorities.every((one) => one >= 1 && one <= 50_000)).toBe(true);
        expect(liveKeys([...some].reverse(), "2026-11-23")).toEqual(live);
      }),
    );
  });

  test("stay when another key is removed", () => {
    const three = ["laptops", "ci", "nightly"].map((name) => ({ name, generation: 1 }));
    const before = liveKeys(three, "2026-11-23");
    const after = liveKeys(three.slice(0, 2), "2026-11-23");
    expect(after).toEqual(before.filter(({ name }) => name !== "nightly"));
  });
});
