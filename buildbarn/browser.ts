import { PORTS } from "../config/ports.ts";
import type { Environment } from "../config/schema.ts";
import { ALLOW, blobstore, GLOBAL, httpServer, MAXIMUM_MESSAGE_SIZE_BYTES } from "./common.ts";
import type { JsonObject } from "./json.ts";

/** bb_browser: shows actions and their outputs to whoever may forward a port into the cluster. */
export const browser = ({ buildbarn }: Environment): JsonObject => ({
  blobstore: blobstore(buildbarn.storage.shards),
  maximumMessageSizeBytes: MAXIMUM_MESSAGE_SIZE_BYTES,
  httpServers: [httpServer(PORTS.browserHttp)],
  authorizer: ALLOW,
  global: GLOBAL,
  requestMetadataLinksJmespathExpression: { expression: "`{}`" },
});
