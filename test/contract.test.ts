import { describe, expect, test } from "vitest";
import { stackOutputs } from "../config/outputs.ts";
import { isOwnOutput } from "../config/read-outputs.ts";
import { example, minimal, synthesize } from "./support/synth.ts";

/** The names of a stack's own outputs. */
const published = (output: Readonly<Record<string, unknown>>): string[] =>
  Object.keys(output).filter(isOwnOutput).sort();

describe.each([
  ["example", synthesize(example())],
  ["minimal", synthesize(minimal())],
])("%s", (_, stacks) => {
  test.each(Object.entries(stackOutputs))(
    "%s publishes what config/outputs.ts says",
    (name, schema) => {
      const stack = stacks[name];
      expect(published(stack?.output ?? {})).toEqual(Object.keys(schema.shape).sort());
      const values = Object.entries(stack?.output ?? {}).map(([output, { value }]) => [
        output,
        value,
      ]);
      const own = Object.fromEntries(values.filter(([output]) => isOwnOutput(String(output))));
      expect(schema.safeParse(own).error).toBeUndefined();
    },
  );

  test("a missing and an additional output are noticed", () => {
    const { vpcId: _, ...rest } = stacks["network"]?.output ?? {};
    expect(published(rest)).not.toEqual(Object.keys(stackOutputs.network.shape).sort());
    expect(stackOutputs.network.safeParse({ ...rest, more: "x" }).success).toBe(false);
  });
});
