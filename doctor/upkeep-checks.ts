import { z } from "zod";
import { CLIENT_HOME } from "../nix-server/desired.ts";
import type { Host } from "../nix-server/host.ts";
import { LoginRefused } from "../nix-server/ssh-connection.ts";
import { connect } from "../nix-server/ssh-host.ts";
import { type Check, failed, ok, skipped, type Verdict } from "./check.ts";
import { SSH } from "./server-checks.ts";
import { type ServerTarget, targetOf } from "./server-login.ts";

export interface AdminLogin {
  readonly user: string;
  /** Text of a private key; without it the agent is asked. */
  readonly privateKey?: string;
}

const GIB = 1024 ** 3;
const LOW_SPACE_PERCENT = 10;
const DAY_SEC = 24 * 60 * 60;
/** Bytes of /nix and free ones, then the time in seconds of each client's root, a line each. */
const LOOK = `df --block-size=1 --output=size,avail /nix | tail -n 1
find "$1" -maxdepth 1 -type l -printf '%Ts\\n' 2>/dev/null`;

const answer = z.object({
  sizeBytes: z.number().positive(),
  freeBytes: z.number(),
  rootTimesSec: z.array(z.number()),
});

const look = async (host: Host): Promise<z.output<typeof answer>> => {
  const { stdout } = await host.run({
    argv: ["sh", "-c", LOOK, "look", `${CLIENT_HOME}/rules_nixpkgs_gcroots`],
  });
  const [space = "", ...roots] = stdout.trim().split("\n");
  const [sizeBytes, freeBytes] = space.trim().split(/\s+/).map(Number);
  return answer.parse({ sizeBytes, freeBytes, rootTimesSec: roots.map(Number) });
};

const rootsText = (timesSec: readonly number[]): string => {
  if (timesSec.length === 0) return "no roots of clients yet";
  const oldestDays = Math.floor((Date.now() / 1000 - Math.min(...timesSec)) / DAY_SEC);
  return `${timesSec.length} roots of clients, the oldest refreshed ${oldestDays} days ago`;
};

const upkeep = async (
  server: ServerTarget,
  { user, privateKey }: AdminLogin,
  rootsOlderThanDays: number,
): Promise<Verdict> => {
  let host: Host;
  try {
    host = await connect(targetOf(server, user, privateKey));
  } catch (error) {
    if (error instanceof LoginRefused) {
      return skipped(
        `only an admin can see it: give --admin-key, or load the key of ${user} into the ssh agent`,
      );
    }
    throw error;
  }
  try {
    const { sizeBytes, freeBytes, rootTimesSec } = await look(host);
    const freePercent = Math.floor((100 * freeBytes) / sizeBytes);
    const space = `${(freeBytes / GIB).toFixed(1)} GiB free of ${(sizeBytes / GIB).toFixed(1)}`;
    if (freePercent < LOW_SPACE_PERCENT) {
      return failed(
        `${space}: ${freePercent} %`,
        "raise nixServer.volume.sizeGiB and deploy, or lower nixServer.garbageCollection.aboveFillPercent",
      );
    }
    const late = Date.now() / 1000 - (rootsOlderThanDays + 2) * DAY_SEC;
    return rootTimesSec.some((time) => time < late)
      ? failed(
          `${rootsText(rootTimesSec)}, though they are to go after ${rootsOlderThanDays}`,
          "garbage collection does not run: npm run nix-server -- apply, then see its log with journalctl",
        )
      : ok(`${space}; ${rootsText(rootTimesSec)}`);
  } finally {
    await host.close();
  }
};

/** Free space of the store and the age of clients' roots, which only an admin's login can see. */
export const upkeepChecks = (
  server: ServerTarget,
  admin: AdminLogin,
  rootsOlderThanDays: number,
): readonly Check[] => [
  {
    name: "free space and roots",
    needs: [SSH],
    run: () => upkeep(server, admin, rootsOlderThanDays),
  },
];
