import { MIN_SHARD_GIB } from "../config/sections/buildbarn.ts";

const MIB = 1024 * 1024;
const GIB = 1024 * MIB;

/**
 * How many blocks the CAS's space is cut into. New blobs go into the newest; a read from an old block
 * writes the blob anew; the oldest block is dropped as a whole. As in bb-deployments.
 */
export const CAS_BLOCKS = { old: 8, current: 24, new: 3, spare: 3 } as const;
/** Entries of the action cache change in place: exactly one new block, or an older value could win. */
export const ACTION_CACHE_BLOCKS = { old: 8, current: 24, new: 1, spare: 3 } as const;

/** What the action cache takes of a shard: its entries are small. */
const ACTION_CACHE_SHARE = 1 / 64;
/** Space of blobs for each byte of the map that finds them: 66 bytes an entry, blobs of 5 KiB on average. */
const CAS_BYTES_PER_MAP_BYTE = 80;
const ACTION_CACHE_BYTES_PER_MAP_BYTE = 20;
/** The file system's own needs, beside what Buildbarn allots: a tenth and a GiB. */
const FILE_SYSTEM_PART = 10;
const FILE_SYSTEM_BYTES = GIB;

export interface StoreGeometry {
  readonly blocksBytes: number;
  readonly mapBytes: number;
}

export interface ShardGeometry {
  readonly contentAddressableStorage: StoreGeometry;
  readonly actionCache: StoreGeometry;
  /** The largest blob that can be kept. */
  readonly largestBlobBytes: number;
  /** Size of the shard's volume. */
  readonly volumeGiB: number;
}

const wholeMiB = (bytes: number): number => Math.floor(bytes / MIB) * MIB;
const store = (bytes: number, bytesPerMapByte: number): StoreGeometry => {
  const mapBytes = Math.max(MIB, wholeMiB(bytes / (bytesPerMapByte + 1)));
  return { blocksBytes: wholeMiB(bytes - mapBytes), mapBytes };
};

/**
 * Divides a storage over its shards. Any change of it empties the cache, as Buildbarn cannot carry
 * blobs over to another geometry.
 * @throws RangeError when a shard would be too small
 */
export const shardGeometry = (sizeGiB: number, shards: number): ShardGeometry => {
  const shardBytes = wholeMiB((sizeGiB * GIB) / shards);
  if (shardBytes < MIN_SHARD_GIB * GIB) {
    throw new RangeError(`${sizeGiB} GiB are too little for ${shards} shards`);
  }
  const actionCacheBytes = wholeMiB(shardBytes * ACTION_CACHE_SHARE);
  const contentAddressableStorage = store(shardBytes - actionCacheBytes, CAS_BYTES_PER_MAP_BYTE);
  const { old, current, new: newest, spare } = CAS_BLOCKS;
  return {
    contentAddressableStorage,
    actionCache: store(actionCacheBytes, ACTION_CACHE_BYTES_PER_MAP_BYTE),
    largestBlobBytes: Math.floor(
      contentAddressableStorage.blocksBytes / (old + current + newest + spare),
    ),
    volumeGiB: Math.ceil((shardBytes + shardBytes / FILE_SYSTEM_PART + FILE_SYSTEM_BYTES) / GIB),
  };
};
