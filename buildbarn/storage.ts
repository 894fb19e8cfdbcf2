import { PORTS } from "../config/ports.ts";
import type { Environment } from "../config/schema.ts";
import { ALLOW, GLOBAL, grpcServer, MAXIMUM_MESSAGE_SIZE_BYTES } from "./common.ts";
import type { JsonObject } from "./json.ts";
import {
  ACTION_CACHE_BLOCKS,
  CAS_BLOCKS,
  type StoreGeometry,
  shardGeometry,
} from "./storage-geometry.ts";

/** Where the shard's volume is mounted. */
export const STORAGE_FOLDER = "/storage";
/** Folders that must exist before bb_storage starts. */
export const STATE_FOLDERS = ["cas", "ac"].map((name) => `${STORAGE_FOLDER}/${name}/state`);

const local = (
  name: "cas" | "ac",
  { blocksBytes, mapBytes }: StoreGeometry,
  blocks: {
    readonly old: number;
    readonly current: number;
    readonly new: number;
    readonly spare: number;
  },
): JsonObject => ({
  local: {
    keyLocationMapOnBlockDevice: {
      file: { path: `${STORAGE_FOLDER}/${name}/map`, sizeBytes: mapBytes },
    },
    keyLocationMapMaximumGetAttempts: 16,
    keyLocationMapMaximumPutAttempts: 64,
    oldBlocks: blocks.old,
    currentBlocks: blocks.current,
    newBlocks: blocks.new,
    blocksOnBlockDevice: {
      source: { file: { path: `${STORAGE_FOLDER}/${name}/blocks`, sizeBytes: blocksBytes } },
      spareBlocks: blocks.spare,
    },
    persistent: {
      stateDirectoryPath: `${STORAGE_FOLDER}/${name}/state`,
      minimumEpochInterval: "300s",
    },
  },
});

/** bb_storage of one shard: only frontend, scheduler, browser and workers get through to it. */
export const storage = ({ buildbarn }: Environment): JsonObject => {
  const { sizeGiB, shards } = buildbarn.storage;
  const geometry = shardGeometry(sizeGiB, shards);
  return {
    // What is being read or written when the shard leaves is brought to its end.
    grpcServers: [{ ...grpcServer(PORTS.storageGrpc), stopGracefully: true }],
    maximumMessageSizeBytes: MAXIMUM_MESSAGE_SIZE_BYTES,
    global: GLOBAL,
    contentAddressableStorage: {
      backend: local("cas", geometry.contentAddressableStorage, CAS_BLOCKS),
      getAuthorizer: ALLOW,
      putAuthorizer: ALLOW,
      findMissingAuthorizer: ALLOW,
    },
    actionCache: {
      backend: local("ac", geometry.actionCache, ACTION_CACHE_BLOCKS),
      getAuthorizer: ALLOW,
      putAuthorizer: ALLOW,
    },
  };
};
