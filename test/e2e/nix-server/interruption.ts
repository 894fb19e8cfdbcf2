import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { apply } from "../../../nix-server/apply.ts";
import type { DesiredServer } from "../../../nix-server/desired.ts";
import { type Host, ProvisionError } from "../../../nix-server/host.ts";
import { takeLock } from "../../../nix-server/lock.ts";
import { OPERATIONS } from "../../../nix-server/operations/index.ts";
import { SILENT } from "../../../nix-server/progress.ts";
import { connect, type SshHost } from "../../../nix-server/ssh-host.ts";
import { Door } from "../support/door.ts";
import type { World } from "./world.ts";

/** How long a command of the operation runs before the network goes away. */
const CUT_AFTER_MS = 150;
/** dpkg is then in the middle of unpacking. */
const CUT_PACKAGES_AFTER_MS = 30_000;
/** A new file system fills its volume: that operation has its turn when the volume has grown (replacement.ts). */
const IDLE = ["store volume: size"];

const desiredOf = async ({ volume, clientKey, adminKey }: World): Promise<DesiredServer> => {
  const holder = async (file: string) => ({
    name: file,
    publicKey: (await readFile(`${file}.pub`, "utf8")).trim(),
  });
  return {
    volumeSerial: volume.serial,
    adminUser: "admin",
    admins: [await holder(adminKey)],
    clients: [await holder(clientKey)],
    exportCidrs: ["10.77.0.0/24"],
    garbageCollection: { rootsOlderThanDays: 30, aboveFillPercent: 80 },
  };
};

const connectTo = async (world: World, port: number): Promise<SshHost> =>
  connect({
    host: "127.0.0.1",
    port,
    user: "admin",
    privateKey: await readFile(world.adminKey, "utf8"),
    bootTimeoutSec: 60,
    hostKeyCheck: async () => ({ accepted: true }),
  });

/** Applies until the given operation has something to do, then cuts the connection in it. */
export const applyAndCut = async (world: World, operation: string): Promise<string> => {
  const door = new Door(world.server.sshPort);
  const host = await connectTo(world, await door.listen());
  let armed = false;
  const cuttable: Host = {
    name: host.name,
    close: () => host.close(),
    run: (command, onLine) => {
      const result = host.run(command, onLine);
      if (armed) {
        setTimeout(
          () => door.cut(),
          operation === "packages" ? CUT_PACKAGES_AFTER_MS : CUT_AFTER_MS,
        );
      }
      return result;
    },
  };
  try {
    await takeLock(host, 120);
    await apply(cuttable, await desiredOf(world), {
      ...SILENT,
      decided: (step) => {
        armed ||= step.operation === operation && step.outcome.kind === "change";
      },
    });
    return "not cut";
  } catch (error) {
    if (!(error instanceof ProvisionError)) throw error;
    return error.message;
  } finally {
    await host.close();
    door.stop();
  }
};

/** From a bare machine to the Nix server with a cut in every operation on the way. */
export const interruption = (world: () => World): void => {
  test("a dead run lets go of the lock, a living one is named", async () => {
    const door = new Door(world().server.sshPort);
    const first = await connectTo(world(), await door.listen());
    await takeLock(first, 10);
    const second = await connectTo(world(), world().server.sshPort);
    await expect(takeLock(second, 1)).rejects.toThrow(
      new RegExp(`another run holds the lock: .+@.+ \\(process ${process.pid}, since 20`),
    );
    door.stop();
    await takeLock(second, 60);
    await second.close();
  });

  test.each(OPERATIONS.filter(({ name }) => !IDLE.includes(name)).map(({ name }) => name))(
    "connection cut in: %s",
    async (operation) => {
      const message = await applyAndCut(world(), operation);
      expect(message).toMatch(new RegExp(`^${operation}: .*connection cut`));
      expect(message).toContain("run the same command again");
    },
  );

  test("apt locked by another for a while: apply waits and completes", async () => {
    await world().onServer(`
apt-get -q -y remove nfs-kernel-server >/dev/null
cat > /tmp/hold.py <<'PY'
import fcntl, time
lock = open("/var/lib/dpkg/lock-frontend", "w")
fcntl.lockf(lock, fcntl.LOCK_EX)
time.sleep(20)
PY
systemd-run --quiet --collect --unit hold-dpkg python3 /tmp/hold.py`);
    const { exitCode, stdout, stderr } = await world().nixServer("apply");
    expect(stderr).not.toMatch(/exit code/);
    expect(stdout).toContain("changed; the server is as it should be");
    expect(exitCode).toBe(0);
  });

  test("then plan is empty, also as JSON, and verify sees it from outside", async () => {
    const plan = await world().nixServer("plan");
    expect(plan.stdout).toContain("0 to change, 14 in order, 0 refused");
    expect(plan.exitCode).toBe(0);
    const asJson = await world().nixServer("plan", "--json");
    expect(JSON.parse(asJson.stdout)).toHaveLength(OPERATIONS.length);
    const verify = await world().nixServer("verify");
    expect(verify.stdout).toContain("ssh answers with the pinned host key SHA256:");
    expect(verify.stdout).toContain("ssh takes keys only");
    expect(verify.exitCode).toBe(0);
  });
};
