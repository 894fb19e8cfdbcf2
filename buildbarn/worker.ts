import { poolPlatform } from "../config/platform.ts";
import type { Environment, Pool } from "../config/schema.ts";
import { ADDRESSES, BROWSER_URL } from "./addresses.ts";
import {
  blobstore,
  GLOBAL,
  MAXIMUM_MESSAGE_SIZE_BYTES,
  patientClient,
  platformMessage,
} from "./common.ts";
import type { JsonObject } from "./json.ts";

/** Where worker and runner meet: build directories, the worker's cache of inputs, the runner's socket. */
export const WORKER_FOLDER = "/worker";
export const BUILD_FOLDER = `${WORKER_FOLDER}/build`;
export const CACHE_FOLDER = `${WORKER_FOLDER}/cache`;
export const RUNNER_SOCKET = `${WORKER_FOLDER}/runner`;

/**
 * Actions run as this user, the worker as root: so that no action can touch the cached inputs of
 * later ones, which are hard links of the same files.
 */
export const RUNNER_USER_ID = 65534;

/** Stands for the pod's own name in a configuration; charts/worker makes it `std.extVar("POD_NAME")`. */
export const POD_NAME = "$POD_NAME";
export const NODE_NAME = "$NODE_NAME";

const GIB = 1024 ** 3;
/** What of a node's disk is left beside system and images. */
const USABLE_DISK_SHARE = 0.7;

export interface WorkerDisk {
  /** Limit of all that worker and runner write. */
  readonly limitGiB: number;
  readonly cacheBytes: number;
}

/** Half of the usable disk keeps inputs; the rest is for what actions write. */
export const workerDisk = ({ diskGiB }: Pick<Pool, "diskGiB">): WorkerDisk => {
  const limitGiB = Math.floor(diskGiB * USABLE_DISK_SHARE);
  return { limitGiB, cacheBytes: Math.floor(limitGiB / 2) * GIB };
};

/** bb_worker of one pool. */
export const worker = ({ buildbarn }: Environment, pool: Pool): JsonObject => ({
  blobstore: blobstore(buildbarn.storage.shards),
  browserUrl: BROWSER_URL,
  maximumMessageSizeBytes: MAXIMUM_MESSAGE_SIZE_BYTES,
  scheduler: patientClient(ADDRESSES.schedulerForWorkers),
  // Actions' user creates files in folders that the worker made.
  global: { ...GLOBAL, setUmask: { umask: 0 } },
  buildDirectories: [
    {
      native: {
        buildDirectoryPath: BUILD_FOLDER,
        cacheDirectoryPath: CACHE_FOLDER,
        maximumCacheFileCount: 1_000_000,
        maximumCacheSizeBytes: workerDisk(pool).cacheBytes,
        cacheReplacementPolicy: "LEAST_RECENTLY_USED",
      },
      runners: [
        {
          endpoint: { address: `unix://${RUNNER_SOCKET}` },
          concurrency: pool.concurrency,
          instanceNamePrefix: "",
          platform: platformMessage(poolPlatform(pool)),
          workerId: { pool: pool.name, pod: POD_NAME, node: NODE_NAME },
        },
      ],
    },
  ],
  inputDownloadConcurrency: 10,
  outputUploadConcurrency: 10,
  directoryCache: {
    maximumCount: 10_000,
    maximumSizeBytes: 16 * 1024 * 1024,
    cacheReplacementPolicy: "LEAST_RECENTLY_USED",
  },
});
