import type { StackOutputs } from "../config/outputs.ts";
import type { Environment } from "../config/schema.ts";
import type { DesiredServer } from "./desired.ts";

/** The login of Debian's cloud images. */
const DEBIAN_ADMIN = "admin";

/** What an environment and its nix-server stack's outputs ask of the server. */
export const desiredFromEnvironment = (
  { nixServer, network }: Environment,
  { volumeId }: Pick<StackOutputs<"nix-server">, "volumeId">,
): DesiredServer => ({
  volumeSerial: volumeId.replace("-", ""),
  adminUser: DEBIAN_ADMIN,
  admins: nixServer.admins.map(({ name, publicKey }) => ({ name, publicKey })),
  clients: nixServer.clients.map(({ name, publicKey }) => ({ name, publicKey })),
  exportCidrs: [network.cidr],
  garbageCollection: {
    rootsOlderThanDays: nixServer.garbageCollection.rootsOlderThanDays,
    aboveFillPercent: nixServer.garbageCollection.aboveFillPercent,
  },
});
