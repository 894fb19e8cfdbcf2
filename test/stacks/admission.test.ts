import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { actionOf, type Headers } from "../support/alb-rules.ts";
import { example, type StackJson, synthesize } from "../support/synth.ts";

const ingressOf = (today: string): StackJson => {
  const stack = synthesize(example(), today)["ingress"];
  if (stack === undefined) throw new Error("no ingress stack");
  return stack;
};
/** 64 hex digits for each generation, as Terraform would draw them. */
const keyOf = (generation: string): string => createHash("sha256").update(generation).digest("hex");
const generationOf = (reference: string): string =>
  /api-key-(\w+-\d+)_key/.exec(reference)?.[1] ?? "none";
const resolve = (reference: string): string => keyOf(generationOf(reference));

const ingress = ingressOf("2026-11-23");
const admitted = (headers: Headers, stack = ingress): boolean =>
  actionOf(stack, headers, resolve) === "forward";
const LIVE = ["laptops-1", "ci-1", "ci-2"].map(keyOf);

describe("the load balancer admits exactly the live keys", () => {
  test.each(["laptops-1", "ci-1", "ci-2"])("%s", (generation) => {
    expect(admitted([["x-api-key", keyOf(generation)]])).toBe(true);
    expect(admitted([["X-API-Key", keyOf(generation).toUpperCase()]])).toBe(true);
  });

  test("the previous generation until its last day, and not after it", () => {
    const previous: Headers = [["x-api-key", keyOf("ci-1")]];
    expect(admitted(previous, ingressOf("2099-12-31"))).toBe(true);
    expect(admitted(previous, ingressOf("2100-01-01"))).toBe(false);
  });

  const live = fc.constantFrom(...LIVE);
  const nearMiss = fc
    .tuple(live, fc.nat(63), fc.constantFrom(..."0123456789abcdef*? "))
    .map(([key, at, char]) => key.slice(0, at) + char + key.slice(at + 1));
  const value = fc.oneof(
    { weight: 2, arbitrary: live },
    nearMiss,
    live.map((key) => key.slice(1)),
    live.map((key) => `${key}0`),
    live.map((key) => ` ${key}`),
    fc.constantFrom("", "*", "?", "?".repeat(64), "*".repeat(64), keyOf("ci-3"), keyOf("none")),
    fc.string(),
  );
  const name = fc.constantFrom(
    "x-api-key",
    "X-Api-Key",
    "x-api-keys",
    "authorization",
    "x-api_key",
  );
  const request = fc.array(fc.tuple(name, value), { maxLength: 4 });

  test("over any request: admitted if and only if a header x-api-key is a live key", () => {
    fc.assert(
      fc.property(request, (headers) => {
        const expected = headers.some(
          ([header, text]) =>
            header.toLowerCase() === "x-api-key" && LIVE.includes(text.toLowerCase()),
        );
        expect(admitted(headers)).toBe(expected);
      }),
      { numRuns: 2000 },
    );
  });

  test("a key with a wildcard, which nobody can choose, would admit strangers: it is noticed", () => {
    const open = actionOf(ingress, [["x-api-key", "anything"]], () => "any*");
    expect(open).toBe("forward");
    expect(admitted([["x-api-key", "anything"]])).toBe(false);
  });
});
