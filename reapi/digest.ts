import { createHash } from "node:crypto";

/** What the content-addressable storage (CAS) knows a blob by. */
export interface Digest {
  /** SHA-256, in hexadecimal. */
  readonly hash: string;
  readonly sizeBytes: number;
}

export const digestOf = (blob: Buffer): Digest => ({
  hash: createHash("sha256").update(blob).digest("hex"),
  sizeBytes: blob.length,
});
