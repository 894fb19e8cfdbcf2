import { chmodSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { CANARY } from "../../../config/canary.ts";
import type { ReapiClient } from "../../../reapi/client.ts";
import { example } from "../../support/synth.ts";
import { execute, inParallel, script, smallActions } from "./actions.ts";
import { Cluster } from "./cluster.ts";
import { ours } from "./configurations.ts";

const POOL = "linux-amd64";
const EMPTY_POOL = "linux-arm64";
const cluster = new Cluster(ours(example()));
const { execProperties } = cluster.pool(POOL);
let client: ReapiClient;

beforeAll(async () => {
  await cluster.start();
  await cluster.startWorker(POOL, "worker-a");
  client = await cluster.client();
});
afterAll(() => {
  client?.close();
  cluster.stop();
});

/** Actions that leave a trace of each time they are run, and what was traced. */
const traced = (name: string) => {
  const folder = join(cluster.folder, name);
  mkdirSync(folder);
  chmodSync(folder, 0o777);
  return {
    action: (id: string | number, text: string) =>
      script(`echo "$$" >> ${folder}/${id}; ${text}`, execProperties, { salt: `${name} ${id}` }),
    /** By how often an action was run: how many were. */
    runs: (): Record<number, number> => {
      const counts: Record<number, number> = {};
      for (const file of readdirSync(folder)) {
        const times = readFileSync(join(folder, file), "utf8").trim().split("\n").length;
        counts[times] = (counts[times] ?? 0) + 1;
      }
      return counts;
    },
  };
};

describe("actions", () => {
  test("a plain one, with input, output and environment", async () => {
    const content = Buffer.from("hello\n");
    const execution = await execute(
      client,
      script('cat in.txt > out.txt; echo "$WHO"; echo oops >&2; exit 3', execProperties, {
        environment: { PATH: "/usr/bin:/bin", WHO: "me" },
        inputs: { "in.txt": { content } },
        outputs: ["out.txt"],
      }),
    );
    expect(execution).toMatchObject({ exitCode: 3, stdout: "me\n", stderr: "oops\n" });
    const output = execution.outputs.get("out.txt");
    expect(output && (await client.read(output))).toEqual(content);
    expect(JSON.parse(execution.worker)).toEqual({
      pool: POOL,
      pod: "worker-a",
      node: "loopback",
      ...(JSON.parse(execution.worker).thread === undefined
        ? {}
        : { thread: JSON.parse(execution.worker).thread }),
    });
  });

  test("one reads the Nix store, and cannot write it", async () => {
    const { stdout, exitCode } = await execute(
      client,
      script(`cat ${CANARY.storePath}; echo x > /nix/store/new`, execProperties),
    );
    expect(stdout).toBe(CANARY.content);
    expect(exitCode).not.toBe(0);
    expect(readdirSync(cluster.storeFolder)).toEqual([basename(CANARY.storePath)]);
  });

  test("its result is cached; clients cannot write the cache", async () => {
    const { digest } = await execute(client, script("echo cached", execProperties));
    expect(await client.cachedExitCode(digest)).toBe(0);
    await expect(client.updateActionCache(digest, 0)).rejects.toThrow("PERMISSION_DENIED");
  });

  test("2 000 small ones", async () => {
    const actions = smallActions(2000, execProperties, "plain");
    const start = performance.now();
    const executions = await inParallel(actions, (action) => execute(client, action));
    const seconds = (performance.now() - start) / 1000;
    console.log(
      `2 000 actions in ${seconds.toFixed(1)} s: ${(2000 / seconds).toFixed(0)} a second`,
    );
    expect(executions.filter(({ exitCode }) => exitCode === 0)).toHaveLength(2000);
  });

  test("one for a pool without workers waits, and runs when there is one", async () => {
    const stages: string[] = [];
    const waiting = client.execute(
      script("echo at last", cluster.pool(EMPTY_POOL).execProperties),
      {
        onStage: (stage) => stages.push(stage),
        timeoutSec: 60,
      },
    );
    await new Promise((resolve) => setTimeout(resolve, 3000));
    expect(stages.at(-1)).toBe("QUEUED");
    await cluster.startWorker(EMPTY_POOL, "worker-arm");
    expect((await waiting).stdout).toBe("at last\n");
  });

  test("one that asks for no known pool is refused at once", async () => {
    await expect(
      execute(client, script("true", { ...execProperties, gpu: "yes" })),
    ).rejects.toThrow("No workers exist");
  });
});

describe("no action is lost or run again", () => {
  test("a worker that is told to stop finishes what it has; the rest goes to another", async () => {
    const { action, runs } = traced("drain");
    const stages: string[] = [];
    const last = client.execute(action("slow", "sleep 5; echo finished"), {
      onStage: (stage) => stages.push(stage),
      timeoutSec: 60,
    });
    while (stages.at(-1) !== "EXECUTING") await new Promise((resolve) => setTimeout(resolve, 50));
    const many = inParallel(
      Array.from({ length: 200 }, (_, id) => action(id, "sleep 0.1")),
      (request) => execute(client, request),
    );
    await new Promise((resolve) => setTimeout(resolve, 500));
    const stopping = cluster.process("worker-a").stop();
    await cluster.startWorker(POOL, "worker-b");
    const slow = await last;
    expect([slow.stdout, JSON.parse(slow.worker).pod]).toEqual(["finished\n", "worker-a"]);
    expect(stages.slice(stages.indexOf("EXECUTING"))).toEqual(["EXECUTING", "COMPLETED"]);
    await stopping;
    const executions = await many;
    expect(executions.filter(({ exitCode }) => exitCode === 0)).toHaveLength(200);
    expect(new Set(executions.map(({ worker }) => JSON.parse(worker).pod))).toEqual(
      new Set(["worker-a", "worker-b"]),
    );
    expect(runs()).toEqual({ 1: 201 });
  });

  test("a storage shard that restarts under load", async () => {
    const { action, runs } = traced("restart");
    const many = inParallel(
      Array.from({ length: 400 }, (_, id) => ({
        ...action(id, "cat in.txt > out.txt; sleep 0.05"),
        inputs: { "in.txt": { content: Buffer.from(`restart ${id}`) } },
        outputs: ["out.txt"],
      })),
      (request) => execute(client, request),
    );
    for (let round = 0; round < 2; round++) {
      await new Promise((resolve) => setTimeout(resolve, 1000));
      await cluster.process("storage-0").stop();
      await new Promise((resolve) => setTimeout(resolve, 1000));
      await cluster.process("storage-0").start();
    }
    const executions = await many;
    expect(executions.filter(({ exitCode }) => exitCode === 0)).toHaveLength(400);
    expect(runs()).toEqual({ 1: 400 });
    const outputs = executions.map(({ outputs: files }) => files.get("out.txt"));
    expect(await client.findMissing(outputs.flatMap((digest) => digest ?? []))).toEqual([]);
  });
});
