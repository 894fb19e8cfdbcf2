import { describe, expect, test } from "vitest";
import { frontend } from "../../buildbarn/frontend.ts";
import { releases, workerReplicas } from "../../buildbarn/releases.ts";
import { runner } from "../../buildbarn/runner.ts";
import { scheduler } from "../../buildbarn/scheduler.ts";
import { storage } from "../../buildbarn/storage.ts";
import { worker } from "../../buildbarn/worker.ts";
import { CANARY } from "../../config/canary.ts";
import { example, minimal } from "../support/synth.ts";

const environment = example();
const [pool] = environment.buildbarn.pools;
if (pool === undefined) throw new Error("the example has no pool");
const inputs = {
  nixServerAddress: "10.40.224.10",
  targetGroupArn: "arn:aws:elasticloadbalancing:::targetgroup/x",
  canaryPath: CANARY.storePath,
};
const AMD64 = {
  properties: [
    { name: "ISA", value: "x86-64" },
    { name: "OSFamily", value: "linux" },
  ],
};
const ARM64 = {
  properties: [
    { name: "ISA", value: "aarch64" },
    { name: "OSFamily", value: "linux" },
  ],
};

test("the frontend lets clients read, write the CAS and execute, and nobody write results", () => {
  expect(frontend(environment)).toMatchObject({
    grpcServers: [
      {
        listenAddresses: [":8980"],
        keepaliveEnforcementPolicy: { minTime: "10s", permitWithoutStream: true },
      },
    ],
    schedulers: { "": { endpoint: { address: "scheduler.nixbarn:8982" } } },
    contentAddressableStorage: {
      getAuthorizer: { allow: {} },
      putAuthorizer: { allow: {} },
      findMissingAuthorizer: { allow: {} },
    },
    actionCache: { getAuthorizer: { allow: {} }, putAuthorizer: { deny: {} } },
    executeAuthorizer: { allow: {} },
  });
});

test("every pool's queue is declared with its own timeouts, so an empty pool queues", () => {
  expect(scheduler(environment)).toMatchObject({
    predeclaredPlatformQueues: [
      { instanceNamePrefix: "", platform: AMD64, sizeClasses: [0] },
      { instanceNamePrefix: "", platform: ARM64, sizeClasses: [0] },
    ],
    actionRouter: {
      demultiplexing: {
        backends: [AMD64, ARM64].map((platform) => ({
          platform,
          actionRouter: {
            simple: {
              initialSizeClassAnalyzer: {
                defaultExecutionTimeout: "1800s",
                maximumExecutionTimeout: "3600s",
              },
            },
          },
        })),
      },
    },
  });
});

test("a worker has its pool's platform and concurrency, both shards, and half its disk as cache", () => {
  expect(worker(environment, pool)).toMatchObject({
    scheduler: { address: "scheduler.nixbarn:8983" },
    blobstore: {
      contentAddressableStorage: {
        sharding: {
          shards: {
            "0": { backend: { grpc: { client: { address: "storage-0.storage.nixbarn:8981" } } } },
            "1": { backend: { grpc: { client: { address: "storage-1.storage.nixbarn:8981" } } } },
          },
        },
      },
    },
    buildDirectories: [
      {
        native: { maximumCacheSizeBytes: 35 * 1024 ** 3 },
        runners: [
          {
            concurrency: 8,
            platform: AMD64,
            endpoint: { address: "unix:///worker/runner" },
            workerId: { pool: "linux-amd64", pod: "$POD_NAME", node: "$NODE_NAME" },
          },
        ],
      },
    ],
  });
});

test("a runner takes no action without the canary, and finishes what it has", () => {
  expect(runner(inputs.canaryPath)).toMatchObject({
    readinessCheckingPathnames: [CANARY.storePath],
    grpcServers: [{ listenPaths: ["/worker/runner"], stopGracefully: true }],
  });
});

test("storage keeps its state on its volume", () => {
  expect(JSON.stringify(storage(environment)).match(/"\/[^"]+"/g)).toEqual([
    '"/storage/cas/map"',
    '"/storage/cas/blocks"',
    '"/storage/cas/state"',
    '"/storage/ac/map"',
    '"/storage/ac/blocks"',
    '"/storage/ac/state"',
  ]);
});

describe("releases", () => {
  test("one for each component, one for each pool", () => {
    expect(releases(environment, inputs).map(({ name, chart }) => [name, chart])).toEqual([
      ["storage", "storage"],
      ["scheduler", "scheduler"],
      ["frontend", "frontend"],
      ["browser", "browser"],
      ["worker-linux-amd64", "worker"],
      ["worker-linux-arm64", "worker"],
    ]);
    expect(releases(minimal(), inputs)).toHaveLength(5);
  });

  test("a worker release: time to drain, the store's mount, the pool's nodes", () => {
    expect(releases(environment, inputs)[4]?.values).toMatchObject({
      pool: "linux-amd64",
      architecture: "amd64",
      terminationGracePeriodSeconds: 3720,
      diskLimitGiB: 70,
      nixStore: {
        server: "10.40.224.10",
        canaryPath: CANARY.storePath,
        mountOptions: [
          ...["ro", "nfsvers=4.2", "lookupcache=positive", "hard", "nconnect=4", "noatime"],
        ],
      },
    });
  });

  test.each([
    [{ min: 0, max: 4 }, 8, { min: 1, max: 4, targetCpuMillicores: 4800 }],
    [{ min: 2, max: 2 }, 1, { min: 2, max: 2, targetCpuMillicores: 600 }],
  ])("workers of %o nodes with %i actions each scale within %o", (nodes, concurrency, replicas) => {
    expect(workerReplicas({ nodes, concurrency })).toEqual(replicas);
  });
});
