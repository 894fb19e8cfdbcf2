import { monthlyCost } from "../config/cost.ts";
import { STACKS } from "../config/names.ts";
import type { Environment } from "../config/schema.ts";

const dollars = (usd: number | undefined): string =>
  (usd === undefined ? "unknown" : String(Math.round(usd))).padStart(9);

/** What a deploy is about to make, and what that costs. */
export const planText = (environment: Environment): string => {
  const costs = monthlyCost(environment);
  const total = costs.reduce((sum, { usd }) => sum + (usd ?? 0), 0);
  return [
    `environment ${environment.name} in ${environment.region}: stacks ${STACKS.join(", ")}`,
    "roughly, while nobody builds, in US dollars a month (list prices of us-east-1):",
    ...costs.map(({ what, usd }) => `${dollars(usd)}  ${what}`),
    `${dollars(total)}  together; traffic, logs and more workers come on top`,
  ].join("\n");
};
