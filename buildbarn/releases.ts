import { STORAGE_CLASS } from "../config/names.ts";
import { WORKER_MOUNT_OPTIONS } from "../config/nfs.ts";
import { PORTS } from "../config/ports.ts";
import type { Environment, Pool } from "../config/schema.ts";
import { BUILDBARN_IMAGES } from "../config/versions.ts";
import { browser } from "./browser.ts";
import { frontend } from "./frontend.ts";
import type { Json, JsonObject } from "./json.ts";
import { runner } from "./runner.ts";
import { scheduler } from "./scheduler.ts";
import { STATE_FOLDERS, storage } from "./storage.ts";
import { shardGeometry } from "./storage-geometry.ts";
import { RUNNER_USER_ID, worker, workerDisk } from "./worker.ts";

/** The components: each has a chart and a values file of its name. */
export const COMPONENTS = ["storage", "scheduler", "frontend", "browser", "worker"] as const;
export type Component = (typeof COMPONENTS)[number];

/** A Helm release: a component's chart with what depends on the environment. */
export interface Release {
  readonly name: string;
  readonly chart: Component;
  readonly values: JsonObject;
}

export interface ReleaseInputs {
  /** Where workers mount /nix/store from. */
  readonly nixServerAddress: string;
  /** Where the frontend's pods register. */
  readonly targetGroupArn: string;
  /** A store path that every worker must see. */
  readonly canaryPath: string;
}

/** Room to hand the outputs over after the longest action. */
const DRAIN_MARGIN_SEC = 120;

/** A pool grows above this share of its slots in use: actions also wait for inputs and outputs. */
const TARGET_BUSY_SHARE = 0.6;

/**
 * Between how many workers a pool scales, and at which average use of processors it grows: each
 * action is taken to keep one busy. A worker has a node to itself, so that the pool's nodes follow.
 * One always stays, whatever the least number of nodes: without any, there is no use to measure.
 */
export const workerReplicas = ({
  nodes,
  concurrency,
}: Pick<Pool, "nodes" | "concurrency">): {
  readonly min: number;
  readonly max: number;
  readonly targetCpuMillicores: number;
} => ({
  min: Math.max(1, nodes.min),
  max: Math.max(1, nodes.max),
  targetCpuMillicores: Math.round(concurrency * 1000 * TARGET_BUSY_SHARE),
});

const workerRelease = (
  environment: Environment,
  pool: Pool,
  { nixServerAddress, canaryPath }: ReleaseInputs,
): Release => ({
  name: `worker-${pool.name}`,
  chart: "worker",
  values: {
    images: {
      worker: BUILDBARN_IMAGES.worker,
      runnerInstaller: BUILDBARN_IMAGES.runnerInstaller,
      runner: pool.runnerImage,
      init: BUILDBARN_IMAGES.init,
    },
    pool: pool.name,
    architecture: pool.architecture,
    replicas: workerReplicas(pool),
    terminationGracePeriodSeconds: pool.actionTimeoutSec.max + DRAIN_MARGIN_SEC,
    diskLimitGiB: workerDisk(pool).limitGiB,
    runnerUserId: RUNNER_USER_ID,
    ports: {
      diagnostics: PORTS.diagnosticsHttp,
      storageGrpc: PORTS.storageGrpc,
      schedulerGrpc: PORTS.schedulerWorkerGrpc,
    },
    nixStore: { server: nixServerAddress, mountOptions: [...WORKER_MOUNT_OPTIONS], canaryPath },
    config: { worker: worker(environment, pool), runner: runner(canaryPath) },
  },
});

/** All releases of an environment: one for each component, and one worker release for each pool. */
export const releases = (environment: Environment, inputs: ReleaseInputs): readonly Release[] => {
  const { sizeGiB, shards } = environment.buildbarn.storage;
  const component = (
    chart: Component,
    image: string,
    config: Json,
    more: JsonObject = {},
  ): Release => ({
    name: chart,
    chart,
    values: { image, config, ...more },
  });
  return [
    component("storage", BUILDBARN_IMAGES.storage, storage(environment), {
      initImage: BUILDBARN_IMAGES.init,
      shards,
      volumeGiB: shardGeometry(sizeGiB, shards).volumeGiB,
      stateFolders: STATE_FOLDERS,
      storageClass: STORAGE_CLASS,
      ports: { grpc: PORTS.storageGrpc, diagnostics: PORTS.diagnosticsHttp },
    }),
    component("scheduler", BUILDBARN_IMAGES.scheduler, scheduler(environment), {
      ports: {
        clientGrpc: PORTS.schedulerClientGrpc,
        workerGrpc: PORTS.schedulerWorkerGrpc,
        stateGrpc: PORTS.schedulerStateGrpc,
        http: PORTS.schedulerHttp,
        diagnostics: PORTS.diagnosticsHttp,
        storageGrpc: PORTS.storageGrpc,
      },
    }),
    component("frontend", BUILDBARN_IMAGES.storage, frontend(environment), {
      targetGroupArn: inputs.targetGroupArn,
      ports: {
        grpc: PORTS.frontendGrpc,
        diagnostics: PORTS.diagnosticsHttp,
        storageGrpc: PORTS.storageGrpc,
        schedulerGrpc: PORTS.schedulerClientGrpc,
      },
    }),
    component("browser", BUILDBARN_IMAGES.browser, browser(environment), {
      ports: {
        http: PORTS.browserHttp,
        diagnostics: PORTS.diagnosticsHttp,
        storageGrpc: PORTS.storageGrpc,
      },
    }),
    ...environment.buildbarn.pools.map((pool) => workerRelease(environment, pool, inputs)),
  ];
};
