import type { Operation } from "../outcome.ts";
import { canary } from "./canary.ts";
import { clientUser } from "./client-user.ts";
import { keepHostKey, keepSigningKey } from "./keys.ts";
import { garbageCollection, loginFiles, nfs, nixDaemon, sshd } from "./services.ts";
import { installPackages, maskRpcbind } from "./software.ts";
import { formatVolume, growFileSystem, mountVolume } from "./store-volume.ts";

/** In order: the volume before all that lies on it, the gate before the login that it guards. */
export const OPERATIONS: readonly Operation[] = [
  formatVolume,
  mountVolume,
  growFileSystem,
  maskRpcbind,
  installPackages,
  keepHostKey,
  keepSigningKey,
  nixDaemon,
  loginFiles,
  sshd,
  clientUser,
  canary,
  nfs,
  garbageCollection,
];
