import type { StackOutputs } from "../config/outputs.ts";
import type { Environment } from "../config/schema.ts";
import { planNetwork } from "../config/subnets.ts";
import { DEBIAN_IMAGE } from "../config/versions.ts";
import type { DesiredServer } from "./desired.ts";

/** What an environment and its nix-server stack's outputs ask of the server. */
export const desiredFromEnvironment = (
  { nixServer, network }: Environment,
  { volumeId }: Pick<StackOutputs<"nix-server">, "volumeId">,
): DesiredServer => ({
  volumeSerial: volumeId.replace("-", ""),
  adminUser: DEBIAN_IMAGE.login,
  admins: nixServer.admins.map(({ name, publicKey }) => ({ name, publicKey })),
  clients: nixServer.clients.map(({ name, publicKey }) => ({ name, publicKey })),
  // Nodes live in the store's zone alone.
  exportCidrs: planNetwork(network)
    .zones.slice(0, 1)
    .map(({ privateCidr }) => privateCidr),
  garbageCollection: {
    rootsOlderThanDays: nixServer.garbageCollection.rootsOlderThanDays,
    aboveFillPercent: nixServer.garbageCollection.aboveFillPercent,
  },
});
