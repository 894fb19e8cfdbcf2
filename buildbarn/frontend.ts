import { PORTS } from "../config/ports.ts";
import type { Environment } from "../config/schema.ts";
import { ADDRESSES } from "./addresses.ts";
import {
  ALLOW,
  actionCache,
  contentAddressableStorage,
  DENY,
  GLOBAL,
  grpcServer,
  MAXIMUM_MESSAGE_SIZE_BYTES,
  patientClient,
} from "./common.ts";
import type { JsonObject } from "./json.ts";

/** Passes on which build an action belongs to: the scheduler shares its workers fairly by that. */
const REQUEST_METADATA = "build.bazel.remote.execution.v2.requestmetadata-bin";

/**
 * bb_storage as the clients' door. Clients read, write the CAS and execute; the action cache is
 * written by workers alone, past this door, so that nobody can plant a result.
 */
export const frontend = ({ buildbarn }: Environment): JsonObject => {
  const { shards } = buildbarn.storage;
  return {
    // A build's stream ends when its action does; without this, a leaving pod would cut it.
    grpcServers: [{ ...grpcServer(PORTS.frontendGrpc), stopGracefully: true }],
    schedulers: {
      "": {
        endpoint: {
          ...patientClient(ADDRESSES.schedulerForClients),
          addMetadataJmespathExpression: {
            expression: `{"${REQUEST_METADATA}": incomingGRPCMetadata."${REQUEST_METADATA}"}`,
          },
        },
      },
    },
    maximumMessageSizeBytes: MAXIMUM_MESSAGE_SIZE_BYTES,
    global: GLOBAL,
    contentAddressableStorage: {
      backend: contentAddressableStorage(shards),
      getAuthorizer: ALLOW,
      putAuthorizer: ALLOW,
      findMissingAuthorizer: ALLOW,
    },
    actionCache: {
      backend: actionCache(shards),
      getAuthorizer: ALLOW,
      putAuthorizer: DENY,
    },
    executeAuthorizer: ALLOW,
  };
};
