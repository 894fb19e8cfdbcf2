import { afterAll, beforeAll, expect, test } from "vitest";
import type { ActionRequest } from "../../../reapi/action.ts";
import type { ReapiClient } from "../../../reapi/client.ts";
import type { Execution } from "../../../reapi/execution.ts";
import { example } from "../../support/synth.ts";
import { execute, inParallel, script } from "./actions.ts";
import { Cluster } from "./cluster.ts";
import { ours } from "./configurations.ts";

const POOL = "linux-amd64";
/** A lost node is noticed after 30 s without an answer; what hangs on it takes as long again at most. */
const WITHIN = { timeoutSec: 90 };
/** As Bazel's --remote_retries in the client bundle. */
const RETRIES = 10;
const cluster = new Cluster(ours(example()), { withDoors: true });
const { execProperties } = cluster.pool(POOL);
let client: ReapiClient;

beforeAll(async () => {
  await cluster.start();
  await cluster.startWorker(POOL, "worker-a");
  client = await cluster.client(WITHIN);
});
afterAll(() => {
  client?.close();
  cluster.stop();
});

/** As Bazel does: asks again when the service was away. */
const insist = async (request: ActionRequest): Promise<Execution> => {
  for (let retry = 0; ; retry++) {
    try {
      return await execute(client, request, WITHIN);
    } catch (error) {
      if (retry === RETRIES || !String(error).includes("UNAVAILABLE")) throw error;
    }
  }
};

test.each(["storage-0", "storage-1", "scheduler"])(
  "the node of %s is lost under load",
  async (name) => {
    const many = inParallel(
      Array.from({ length: 200 }, (_, id) =>
        script("cat in.txt > out.txt; sleep 0.1", execProperties, {
          salt: `${name} ${id}`,
          inputs: { "in.txt": { content: Buffer.from(`${name} ${id}`) } },
          outputs: ["out.txt"],
        }),
      ),
      insist,
    );
    await new Promise((resolve) => setTimeout(resolve, 1000));
    const [executions] = await Promise.all([many, cluster.loseNodeOf(name)]);
    expect(executions.filter(({ exitCode }) => exitCode === 0)).toHaveLength(200);
  },
);
