import { poolPlatform } from "../config/platform.ts";
import { PORTS } from "../config/ports.ts";
import type { Environment, Pool } from "../config/schema.ts";
import { BROWSER_URL } from "./addresses.ts";
import {
  ALLOW,
  contentAddressableStorage,
  GLOBAL,
  grpcServer,
  httpServer,
  MAXIMUM_MESSAGE_SIZE_BYTES,
  platformMessage,
} from "./common.ts";
import type { JsonObject } from "./json.ts";

/** Workers are shared between builds, then between the commands of one build. */
const FAIRNESS: readonly JsonObject[] = [{ correlatedInvocationsId: {} }, { toolInvocationId: {} }];

const router = (timeouts: Pool["actionTimeoutSec"]): JsonObject => ({
  simple: {
    platformKeyExtractor: { action: {} },
    invocationKeyExtractors: FAIRNESS,
    initialSizeClassAnalyzer: {
      defaultExecutionTimeout: `${timeouts.default}s`,
      maximumExecutionTimeout: `${timeouts.max}s`,
    },
  },
});

/** Actions of no known pool fail in the queue; until then they need some timeouts. */
const UNKNOWN_POOL = { default: 1800, max: 3600 };

/**
 * bb_scheduler. Its queues live in memory, so there is exactly one. Each pool's queue is declared
 * beforehand: an action for a pool without workers waits for one instead of failing.
 */
export const scheduler = ({ buildbarn }: Environment): JsonObject => ({
  adminHttpServers: [httpServer(PORTS.schedulerHttp)],
  clientGrpcServers: [grpcServer(PORTS.schedulerClientGrpc)],
  workerGrpcServers: [grpcServer(PORTS.schedulerWorkerGrpc)],
  buildQueueStateGrpcServers: [grpcServer(PORTS.schedulerStateGrpc)],
  browserUrl: BROWSER_URL,
  contentAddressableStorage: contentAddressableStorage(buildbarn.storage.shards),
  maximumMessageSizeBytes: MAXIMUM_MESSAGE_SIZE_BYTES,
  global: GLOBAL,
  executeAuthorizer: ALLOW,
  modifyDrainsAuthorizer: ALLOW,
  killOperationsAuthorizer: ALLOW,
  synchronizeAuthorizer: ALLOW,
  actionRouter: {
    demultiplexing: {
      platformKeyExtractor: { action: {} },
      backends: buildbarn.pools.map((pool) => ({
        instanceNamePrefix: "",
        platform: platformMessage(poolPlatform(pool)),
        actionRouter: router(pool.actionTimeoutSec),
      })),
      defaultActionRouter: router(UNKNOWN_POOL),
    },
  },
  predeclaredPlatformQueues: buildbarn.pools.map((pool) => ({
    instanceNamePrefix: "",
    platform: platformMessage(poolPlatform(pool)),
    sizeClasses: [0],
  })),
  platformQueueWithNoWorkersTimeout: "900s",
});
