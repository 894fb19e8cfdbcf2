import { NAMESPACE } from "../config/names.ts";
import { PORTS } from "../config/ports.ts";

/** Where each component is reached from within the cluster; Services bear the components' names. */
export const ADDRESSES = {
  /** A shard's own pod, by the StatefulSet's headless Service. */
  storage: (shard: number): string => `storage-${shard}.storage.${NAMESPACE}:${PORTS.storageGrpc}`,
  schedulerForClients: `scheduler.${NAMESPACE}:${PORTS.schedulerClientGrpc}`,
  schedulerForWorkers: `scheduler.${NAMESPACE}:${PORTS.schedulerWorkerGrpc}`,
} as const;

/** The browser is reached through `kubectl port-forward`; its pages link to each other by this. */
export const BROWSER_URL = `http://localhost:${PORTS.browserHttp}`;
