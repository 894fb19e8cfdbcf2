import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fitName, NAME_LIMITS, namesOf, stackId } from "../../config/names.ts";
import { MAX_ENVIRONMENT_NAME } from "../../config/sections/general.ts";

describe("names", () => {
  test("a name that is too long keeps its start and stays unique", () => {
    const long = "nixbarn-environment-worker-a";
    expect(fitName(long, 28)).toBe(long);
    expect(fitName(long, 20)).toHaveLength(20);
    expect(fitName(long, 20)).not.toBe(fitName(`${long}b`, 20));
    expect(fitName(long, 20)).toMatch(/^nixbarn-envir-[0-9a-f]{6}$/);
  });

  test("every name of the longest environment and pool is within its limit", () => {
    const names = namesOf("e".repeat(MAX_ENVIRONMENT_NAME));
    const pool = "p".repeat(24);
    expect(names.loadBalancer.length).toBeLessThanOrEqual(NAME_LIMITS.loadBalancer);
    expect(names.targetGroup.length).toBeLessThanOrEqual(NAME_LIMITS.targetGroup);
    expect(names.workerNodeGroup(pool).length).toBeLessThanOrEqual(NAME_LIMITS.nodeGroup);
    expect(names.role(`pool-${pool}`).length).toBeLessThanOrEqual(NAME_LIMITS.role);
  });

  test("pools of different names never share a node group", () => {
    const pool = fc.stringMatching(/^[a-z][a-z0-9]{0,10}(-[a-z0-9]{1,10})?$/);
    const { workerNodeGroup } = namesOf("e".repeat(MAX_ENVIRONMENT_NAME));
    fc.assert(
      fc.property(pool, pool, (a, b) => {
        fc.pre(a !== b);
        expect(workerNodeGroup(a)).not.toBe(workerNodeGroup(b));
      }),
    );
  });

  test("stacks of two environments never share a folder", () => {
    expect(stackId("prod", "network")).toBe("prod-network");
  });
});
