import { PORTS } from "../config/ports.ts";
import { ADDRESSES } from "./addresses.ts";
import type { JsonObject } from "./json.ts";

/** Anyone who gets through to the port; the network policies say who that is. */
export const ALLOW: JsonObject = { allow: {} };
/** Nobody. */
export const DENY: JsonObject = { deny: {} };

/** The largest message of the protocol that is held in memory; blobs beyond it are streamed. */
export const MAXIMUM_MESSAGE_SIZE_BYTES = 2 * 1024 * 1024;

/**
 * Bazel pings each 30 s with our .bazelrc, others more often; gRPC's default of 5 min would answer with
 * GOAWAY "too_many_pings". https://github.com/grpc/grpc/blob/master/doc/keepalive.md
 */
const TOLERANT: JsonObject = { minTime: "10s", permitWithoutStream: true };

/** A gRPC server for the pods that the network policies let through. */
export const grpcServer = (port: number): JsonObject => ({
  listenAddresses: [`:${port}`],
  authenticationPolicy: ALLOW,
  keepaliveEnforcementPolicy: TOLERANT,
});

export const httpServer = (port: number): JsonObject => ({
  listenAddresses: [`:${port}`],
  authenticationPolicy: ALLOW,
});

/** Health at /-/healthy and metrics at /metrics. */
export const GLOBAL: JsonObject = {
  diagnosticsHttpServer: {
    httpServers: [httpServer(PORTS.diagnosticsHttp)],
    enablePrometheus: true,
  },
};

/**
 * A node that is lost says no goodbye: without pings, whoever has a connection to a pod on it waits for
 * an answer for ever. Servers here tolerate a ping each 10 s.
 */
const PING: JsonObject = { time: "20s", timeout: "10s", permitWithoutStream: true };

/**
 * A gRPC client of another pod that waits for it while it is away, instead of failing at once.
 * https://grpc.io/docs/guides/wait-for-ready/
 * @param more for every method, as a retry policy
 */
export const patientClient = (address: string, more: JsonObject = {}): JsonObject => ({
  address,
  keepalive: PING,
  defaultServiceConfig: { methodConfig: [{ name: [{}], waitForReady: true, ...more }] },
});

/**
 * What a shard that restarts has cut is asked again: so no action fails by it. Five attempts are gRPC's
 * own limit; waiting for the connection counts as none. https://grpc.io/docs/guides/retry/
 */
const ASK_AGAIN: JsonObject = {
  retryPolicy: {
    maxAttempts: 5,
    initialBackoff: "0.5s",
    maxBackoff: "10s",
    backoffMultiplier: 2,
    retryableStatusCodes: ["UNAVAILABLE"],
  },
};

const shardClient = (shard: number): JsonObject => ({
  grpc: { client: patientClient(ADDRESSES.storage(shard), ASK_AGAIN) },
});

/** All shards; which one has a blob follows from its digest and the shard's name. */
const sharding = (shards: number): JsonObject => ({
  sharding: {
    shards: Object.fromEntries(
      Array.from({ length: shards }, (_, shard) => [
        String(shard),
        { backend: shardClient(shard), weight: 1 },
      ]),
    ),
  },
});

/** The largest tree that is read to see whether all outputs of a cached action still exist. */
const MAXIMUM_TOTAL_TREE_SIZE_BYTES = 64 * 1024 * 1024;

export const contentAddressableStorage = sharding;

/** Answers only with results whose outputs are still there. */
export const actionCache = (shards: number): JsonObject => ({
  completenessChecking: {
    backend: sharding(shards),
    maximumTotalTreeSizeBytes: MAXIMUM_TOTAL_TREE_SIZE_BYTES,
  },
});

export const blobstore = (shards: number): JsonObject => ({
  contentAddressableStorage: contentAddressableStorage(shards),
  actionCache: actionCache(shards),
});

/** REAPI's Platform message of a pool's properties, which are sorted by name as the protocol wants it. */
export const platformMessage = (properties: Readonly<Record<string, string>>): JsonObject => ({
  properties: Object.entries(properties).map(([name, value]) => ({ name, value })),
});
