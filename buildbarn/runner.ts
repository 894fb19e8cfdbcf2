import { ALLOW } from "./common.ts";
import type { JsonObject } from "./json.ts";
import { BUILD_FOLDER, RUNNER_SOCKET } from "./worker.ts";

/**
 * bb_runner, in the pool's own image. Without the canary it is not ready, and the worker takes no
 * action: an action must never fail because the store is not mounted. It has no diagnostics of its
 * own: worker and runner share one network, where the worker has the port.
 */
export const runner = (canaryPath: string): JsonObject => ({
  buildDirectoryPath: BUILD_FOLDER,
  grpcServers: [
    {
      listenPaths: [RUNNER_SOCKET],
      authenticationPolicy: ALLOW,
      stopGracefully: true,
    },
  ],
  readinessCheckingPathnames: [canaryPath],
});
