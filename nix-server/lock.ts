import { hostname, userInfo } from "node:os";
import { ProvisionError } from "./host.ts";
import type { SshHost } from "./ssh-host.ts";

/** Held by an open channel: when the holder or its connection dies, the kernel lets go. */
const SCRIPT = `
exec 9>>/run/nixbarn.lock
if ! flock --wait "$1" 9; then cat /run/nixbarn.lock; exit; fi
printf '%s\\n' "$2" > /run/nixbarn.lock
echo locked
exec cat > /dev/null
`;

const HELD = "locked";

/** Takes the server's lock for the life of the connection, or names who has it. */
export const takeLock = async (host: SshHost, waitSec: number): Promise<void> => {
  const self = `${userInfo().username}@${hostname()} (process ${process.pid}, since ${new Date().toISOString()})`;
  const answer = await host.hold(["sh", "-c", SCRIPT, "lock", String(waitSec), self], waitSec + 60);
  if (answer === HELD) return;
  if (/^sudo:/.test(answer)) {
    throw new ProvisionError(
      `${host.name}: sudo refused (${answer.trim()}); give this login sudo without a password`,
    );
  }
  throw new ProvisionError(
    `${host.name}: another run holds the lock: ${answer || "unknown"}; wait for it, or raise --lock-wait`,
  );
};
