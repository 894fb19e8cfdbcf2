import { describe, expect, test } from "vitest";
import { WORKER_MOUNT_OPTIONS } from "../../../config/nfs.ts";
import type { World } from "./world.ts";

const RUNS = 3;

/** Prints how many seconds after the end of a build each mount sees its result. */
const WATCH = `
cat > /root/watch.py <<'PY'
import os, subprocess, sys, time
name = sys.argv[1]
open("new.nix", "w").write('derivation { name = "%s"; system = "x86_64-linux"; builder = "/bin/sh"; args = [ "-c" "echo > $out" ]; }' % name)
run = lambda *argv: subprocess.run(argv, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True).stdout.strip()
drv = run("nix-instantiate", "new.nix")
path = os.path.basename(run("nix-store", "--query", "--outputs", drv))
mounts = ["/mnt/ours", "/mnt/default"]
for mount in mounts:
    assert not os.path.exists(mount + "/" + path)
run("nix-build", "new.nix", "--no-out-link", "--store", "ssh-ng://nix-server?max-connections=1", "--eval-store", "auto")
built = time.monotonic()
seen = {}
while len(seen) < 2 and time.monotonic() < built + 90:
    for mount in mounts:
        if mount not in seen and os.path.exists(mount + "/" + path):
            seen[mount] = time.monotonic() - built
    time.sleep(0.02)
print(*("%.2f" % seen[mount] for mount in mounts))
PY`;

export const nfsExport = (world: () => World): void => {
  describe("the export", () => {
    test("is mounted as workers mount it, and shows the canary", async () => {
      const said = await world().onClient(`
mkdir -p /mnt/ours /mnt/default /mnt/other
mount -t nfs -o ${WORKER_MOUNT_OPTIONS.join(",")} 10.77.0.1:/nix/store /mnt/ours
mount -t nfs -o nosharecache 10.77.0.1:/nix/store /mnt/default
cat /mnt/ours/*-nixbarn-canary`);
      expect(said).toBe("the Nix store is mounted");
    });

    test.each([
      ["written to", "mount -o remount,rw /mnt/default; touch /mnt/default/x"],
      ["mounted above the store", "mount -t nfs -o retry=0 10.77.0.1:/nix/var /mnt/other"],
      [
        "seen above the store",
        "mount -t nfs -o retry=0 10.77.0.1:/ /mnt/other; ls /mnt/other/nix/var",
      ],
      ["used with NFS 3", "mount -t nfs -o retry=0,nfsvers=3 10.77.0.1:/nix/store /mnt/other"],
      ["used with NFS 4.0", "mount -t nfs -o retry=0,nfsvers=4.0 10.77.0.1:/nix/store /mnt/other"],
    ])("cannot be %s", async (_, script) => {
      const said = await world().onClient(
        `if { ${script}; } 2>&1; then echo DONE; fi; umount /mnt/other 2>/dev/null || true`,
      );
      expect(said).not.toContain("DONE");
    });

    test("shows what was just built sooner than default options do", async () => {
      await world().onClient(WATCH);
      const seen: { ours: number; default: number }[] = [];
      for (let run = 1; run <= RUNS; run++) {
        const said = await world().onClient(`cd /root; python3 watch.py visible-${run}`);
        const [ours = Number.NaN, byDefault = Number.NaN] = said.split(" ").map(Number);
        seen.push({ ours, default: byDefault });
      }
      console.log("seconds until a path that was looked for before is seen:", JSON.stringify(seen));
      expect(seen.every((run) => run.ours < run.default)).toBe(true);
    });
  });
};
