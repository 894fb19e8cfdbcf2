import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { hourlyUsd, monthlyCost } from "../../config/cost.ts";
import { example, minimal } from "../support/synth.ts";

describe("what an environment costs while nobody builds", () => {
  test("the example, line by line", () => {
    expect(
      monthlyCost(example()).map(({ stack, what, usd }) => `${stack}: ${what}: ${usd?.toFixed(0)}`),
    ).toEqual([
      "network: 1 NAT gateway: 37",
      "nix-server: m7i.xlarge, 300 GiB for /nix: 184",
      "cluster: EKS, 2 × m7i.large: 229",
      "ingress: load balancer, 3 API keys: 25",
      "buildbarn: 200 GiB of storage: 16",
      "buildbarn: pool linux-amd64: 1 × c7i.2xlarge, on demand; spot is 50 to 70 % less: 269",
      "buildbarn: pool linux-arm64: 1 × c7g.2xlarge: 220",
    ]);
  });

  test("README's table says the same, within a tenth", () => {
    const readme = readFileSync(join(import.meta.dirname, "../../README.md"), "utf8");
    for (const stack of ["network", "nix-server", "cluster", "ingress"]) {
      const told = Number(new RegExp(`^\\| \`${stack}\` .* (\\d+) \\|$`, "m").exec(readme)?.[1]);
      const line = monthlyCost(example()).find((one) => one.stack === stack);
      expect(told / (line?.usd ?? 0), stack).toBeCloseTo(1, 1);
    }
  });

  test("every default instance type has a price", () => {
    expect(monthlyCost(minimal()).filter(({ usd }) => usd === undefined)).toEqual([]);
  });

  test.each([
    ["m7i.large", 0.1008],
    ["m7i.xlarge", 0.2016],
    ["c7g.4xlarge", 0.58],
    ["x2idn.16xlarge", undefined],
    ["m7i.metal-24xl", undefined],
  ])("%s: %s an hour", (type, usd) => {
    const found = hourlyUsd(type);
    if (usd === undefined) expect(found).toBeUndefined();
    else expect(found).toBeCloseTo(usd, 4);
  });
});
