import { afterAll, expect, test } from "vitest";
import { example } from "../../support/synth.ts";
import { execute, inParallel, smallActions } from "./actions.ts";
import { Cluster } from "./cluster.ts";
import { bbDeployments, type Deployment, ours } from "./configurations.ts";

/** The .git folder of a checkout of https://github.com/buildbarn/bb-deployments. */
const BB_DEPLOYMENTS = process.env["BB_DEPLOYMENTS"];
/** Short rounds in turn: what else the machine does then falls on both. */
const ACTIONS_A_ROUND = 100;
/** The first of them warm up and do not count; the others have 2 000 actions for each. */
const ROUNDS = 24;
const WARM_UP_ROUNDS = 4;

interface Cost {
  readonly seconds: number;
  /** Of all processes of the deployment. */
  readonly cpuSeconds: number;
}

const clusters: Cluster[] = [];
afterAll(() => {
  for (const cluster of clusters) cluster.stop();
});

const start = async (deployment: Deployment, pool: string) => {
  const cluster = new Cluster(deployment);
  clusters.push(cluster);
  await cluster.start();
  await cluster.startWorker(pool, "worker");
  const client = await cluster.client();
  const { execProperties } = cluster.pool(pool);
  /** What a round of actions costs, all of which must succeed. */
  return async (round: number): Promise<Cost> => {
    const actions = smallActions(ACTIONS_A_ROUND, execProperties, `round ${round}`);
    const from = { seconds: performance.now() / 1000, cpuSeconds: cluster.cpuSeconds() };
    const executions = await inParallel(actions, (action) => execute(client, action));
    expect(executions.filter(({ exitCode }) => exitCode === 0)).toHaveLength(ACTIONS_A_ROUND);
    return {
      seconds: performance.now() / 1000 - from.seconds,
      cpuSeconds: cluster.cpuSeconds() - from.cpuSeconds,
    };
  };
};

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

const report = (name: string, costs: readonly Cost[]): void => {
  const perSecond = ACTIONS_A_ROUND / median(costs.map(({ seconds }) => seconds));
  const cpuMs = (1000 * median(costs.map(({ cpuSeconds }) => cpuSeconds))) / ACTIONS_A_ROUND;
  console.log(
    `${name}: ${perSecond.toFixed(0)} actions a second, ${cpuMs.toFixed(1)} ms of processor each`,
  );
};

test.skipIf(BB_DEPLOYMENTS === undefined)(
  "small actions, in turn with bb-deployments' configuration (BB_DEPLOYMENTS)",
  async () => {
    const runOurs = await start(ours(example()), "linux-amd64");
    const runTheirs = await start(bbDeployments(BB_DEPLOYMENTS ?? ""), "ubuntu22-04");
    const costs = { own: [] as Cost[], other: [] as Cost[] };
    for (let round = 0; round < ROUNDS; round++) {
      // Who is first changes from round to round.
      if (round % 2 === 0) costs.own.push(await runOurs(round));
      costs.other.push(await runTheirs(round));
      if (round % 2 === 1) costs.own.push(await runOurs(round));
    }
    const own = costs.own.slice(WARM_UP_ROUNDS);
    const other = costs.other.slice(WARM_UP_ROUNDS);
    report("ours", own);
    report("bb-deployments", other);
    const ratios = (unit: keyof Cost): string => {
      const sorted = own
        .map((cost, round) => (other[round]?.[unit] ?? Number.NaN) / cost[unit])
        .toSorted((a, b) => a - b);
      const at = (share: number): string | undefined =>
        sorted[Math.floor(share * sorted.length)]?.toFixed(2);
      return `${at(1 / 2)} times theirs (middle half of rounds: ${at(1 / 4)} to ${at(3 / 4)})`;
    };
    console.log(`throughput: ${ratios("seconds")}`);
    console.log(`actions for the same processor time: ${ratios("cpuSeconds")}`);
  },
);
