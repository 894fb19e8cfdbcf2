import { describe, expect, test } from "vitest";
import { stackOutputs } from "../config/outputs.ts";
import { example, minimal, synthesize } from "./support/synth.ts";

/** Outputs that CDKTF adds for other stacks' references are not part of the contract. */
const published = (output: Readonly<Record<string, unknown>>): string[] =>
  Object.keys(output)
    .filter((name) => !name.startsWith("cross-stack-output-"))
    .sort();

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
      const own = Object.fromEntries(
        values.filter(([output]) => !String(output).startsWith("cross-stack")),
      );
      expect(schema.safeParse(own).error).toBeUndefined();
    },
  );

  test("a missing and an additional output are noticed", () => {
    const { vpcId: _, ...rest } = stacks["network"]?.output ?? {};
    expect(published(rest)).not.toEqual(Object.keys(stackOutputs.network.shape).sort());
    expect(stackOutputs.network.safeParse({ ...rest, more: "x" }).success).toBe(false);
  });
});
