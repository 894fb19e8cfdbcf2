import { writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { CANARY } from "../../../config/canary.ts";
import { example } from "../../support/synth.ts";
import { execute, inParallel, smallActions } from "./actions.ts";
import { Cluster } from "./cluster.ts";
import { bbDeployments, type Deployment, ours } from "./configurations.ts";

/** The .git folder of a checkout of https://github.com/buildbarn/bb-deployments. */
const BB_DEPLOYMENTS = process.env["BB_DEPLOYMENTS"];
const ACTIONS = 2000;
const ROUNDS = 3;

const clusters: Cluster[] = [];
afterAll(() => {
  for (const cluster of clusters) cluster.stop();
});

const start = async (deployment: Deployment, pool: string) => {
  const cluster = new Cluster(deployment);
  clusters.push(cluster);
  writeFileSync(join(cluster.storeFolder, basename(CANARY.storePath)), CANARY.content);
  await cluster.start();
  await cluster.startWorker(pool, "worker");
  const client = await cluster.client();
  const { execProperties } = cluster.pool(pool);
  /** Seconds that a round of actions takes, all of which must succeed. */
  return async (round: string): Promise<number> => {
    const actions = smallActions(ACTIONS, execProperties, round);
    const from = performance.now();
    const executions = await inParallel(actions, (action) => execute(client, action));
    const seconds = (performance.now() - from) / 1000;
    expect(executions.filter(({ exitCode }) => exitCode === 0)).toHaveLength(ACTIONS);
    return seconds;
  };
};

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

test.skipIf(BB_DEPLOYMENTS === undefined)(
  "2 000 small actions, in turn with bb-deployments' configuration (BB_DEPLOYMENTS)",
  async () => {
    const runOurs = await start(ours(example()), "linux-amd64");
    const runTheirs = await start(bbDeployments(BB_DEPLOYMENTS ?? ""), "ubuntu22-04");
    const [own, other]: [number[], number[]] = [[], []];
    for (let round = 0; round < ROUNDS; round++) {
      own.push(await runOurs(`round ${round}`));
      other.push(await runTheirs(`round ${round}`));
    }
    const ratio = median(other) / median(own);
    console.log(
      `seconds for ${ACTIONS} actions: ours ${own.map((s) => s.toFixed(1))}, bb-deployments ${other.map((s) => s.toFixed(1))}; throughput ${ratio.toFixed(2)} times theirs`,
    );
  },
);
