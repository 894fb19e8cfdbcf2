import { randomBytes } from "node:crypto";
import { status } from "@grpc/grpc-js";
import type { ReapiClient } from "../reapi/client.ts";
import { digestOf } from "../reapi/digest.ts";
import { RpcError } from "../reapi/rpc-error.ts";
import { ADMITTED } from "./admission-checks.ts";
import { type Check, failed, ok, type Verdict } from "./check.ts";

/** Enough of them that every storage shard is likely to get one. */
const BLOBS = 64;
const BLOB_BYTES = 1024;
const STORAGE_REMEDY =
  "see the storage pods and their logs: kubectl --namespace nixbarn get pods, one shard may be down";

const roundTrip = async (client: ReapiClient): Promise<Verdict> => {
  const blobs = Array.from({ length: BLOBS }, () => randomBytes(BLOB_BYTES));
  const startedAt = Date.now();
  await client.upload(blobs);
  const missing = await client.findMissing(blobs.map(digestOf));
  if (missing.length > 0) {
    return failed(`${missing.length} of ${BLOBS} blobs are not there after upload`, STORAGE_REMEDY);
  }
  const read = await Promise.all(blobs.map((blob) => client.read(digestOf(blob))));
  const changed = blobs.filter((blob, index) => !read[index]?.equals(blob)).length;
  if (changed > 0) {
    return failed(`${changed} of ${BLOBS} blobs came back changed`, STORAGE_REMEDY);
  }
  return ok(`${BLOBS} blobs stored and read in ${Date.now() - startedAt} ms`);
};

const writeActionCache = async (client: ReapiClient): Promise<Verdict> => {
  try {
    await client.updateActionCache(digestOf(randomBytes(BLOB_BYTES)), 0);
  } catch (error) {
    if (!(error instanceof RpcError)) throw error;
    return error.code === status.PERMISSION_DENIED
      ? ok("clients cannot write it, only workers do")
      : failed(`writing it is answered with ${error.message}`, STORAGE_REMEDY);
  }
  return failed(
    "clients can write it, so one of them can give false results to all",
    "the frontend's authorizers are not nixbarn's: deploy again",
  );
};

/** The content-addressable storage, and who may write the action cache. */
export const storageChecks = (client: () => ReapiClient): readonly Check[] => [
  { name: "CAS", needs: [ADMITTED], run: () => roundTrip(client()) },
  { name: "action cache", needs: [ADMITTED], run: () => writeActionCache(client()) },
];
