import { describe, expect, test } from "vitest";
import type { World } from "./world.ts";

const ROOTS = "/nix/var/nixbarn/home/rules_nixpkgs_gcroots";
const COLLECT =
  "systemctl start nixbarn-collect-garbage; journalctl --unit nixbarn-collect-garbage --output cat --since -20s";

const expectInOrder = async (world: World): Promise<void> => {
  const { exitCode, stdout } = await world.nixServer("plan");
  expect(stdout).toContain("0 to change, 14 in order, 0 refused");
  expect(exitCode).toBe(0);
};

/** A day in the server's life: a reboot, edits by hand, a full disk, old roots. */
export const upkeep = (world: () => World): void => {
  test("after a reboot all is as it was, and a mounted client reads on", async () => {
    await world().onServer("systemd-run --quiet --on-active=1 systemctl reboot");
    await new Promise((resolve) => setTimeout(resolve, 20_000));
    await world().onServer("true");
    await expectInOrder(world());
    expect(await world().onClient("cat /mnt/ours/*-nixbarn-canary")).toBe(
      "the Nix store is mounted",
    );
  });

  test("every managed file edited by hand is put back", async () => {
    const facts = JSON.parse((await world().nixServer("facts")).stdout);
    const files = Object.keys(facts.files).filter((file) => !/ssh_host|signing|\.keep$/.test(file));
    expect(files.length).toBeGreaterThanOrEqual(13);
    await world().onServer(files.map((file) => `echo '# by hand' >> ${file}`).join("\n"));
    const plan = await world().nixServer("plan");
    for (const file of files) expect(plan.stdout).toContain(`${file}: different content`);
    expect(plan.exitCode).toBe(2);
    expect((await world().nixServer("apply")).exitCode).toBe(0);
    await expectInOrder(world());
  });

  test("what was stopped, unmasked or taken away is put back", async () => {
    await world().onServer(`
systemctl stop nfs-server nixbarn-collect-garbage.timer nix-daemon.socket
systemctl unmask rpcbind.socket
rm /nix/var/nix/gcroots/nixbarn-canary
chmod 777 /usr/local/libexec/nixbarn-gate
usermod --append --groups sudo nix`);
    const apply = await world().nixServer("apply");
    expect(apply.stdout).toContain("mode 777");
    expect(apply.exitCode).toBe(0);
    await expectInOrder(world());
  });

  test("a full volume ends in an error that names the operation, and the next apply converges", async () => {
    await world().onServer(
      "rm /nix/var/nixbarn/keys/ssh_host_ed25519_key.pub; dd if=/dev/zero of=/nix/full bs=1M 2>/dev/null || true; rm -f /nix/var/nixbarn/keys/ssh_host_ed25519_key",
    );
    await world().onServer("dd if=/dev/zero of=/nix/full2 bs=512 2>/dev/null || true");
    const full = await world().nixServer("apply");
    expect(full.stderr).toMatch(/^ssh host key: sh ended with exit code \d+:[\s\S]*No space left/m);
    expect(full.exitCode).toBe(1);
    await world().onServer("rm /nix/full /nix/full2");
    expect((await world().nixServer("apply")).exitCode).toBe(0);
    await expectInOrder(world());
  });

  test("an unreachable mirror and a reset in the middle: clear errors, and the next apply converges", async () => {
    await world().onServer(
      "mv /var/cache/apt/archives /root/archives; apt-get -q -y remove nfs-kernel-server >/dev/null",
    );
    const noMirror = await world().nixServer("apply");
    expect(noMirror.stderr).toMatch(/^packages: sh ended with exit code 100:/m);
    expect(noMirror.stderr).toContain("run apply again: it goes on where it stopped");
    expect(noMirror.exitCode).toBe(1);
    await world().onServer("rm -rf /var/cache/apt/archives; mv /root/archives /var/cache/apt/");
    const cut = world().nixServer("apply");
    await new Promise((resolve) => setTimeout(resolve, 12_000));
    await world().server.reset();
    expect((await cut).stderr).toMatch(/^packages: .*connection cut/m);
    await world().onServer("true");
    expect((await world().nixServer("apply")).exitCode).toBe(0);
    await expectInOrder(world());
  });

  describe("garbage collection", () => {
    test("a dry run tells which roots would go, and nothing goes below the fill level", async () => {
      const said = await world().onServer(`
touch -h -d '40 days ago' ${ROOTS}/hello
set -a; . <(sed -n 's/^Environment=//p' /etc/systemd/system/nixbarn-collect-garbage.service | tr ' ' '\\n')
/usr/local/libexec/nixbarn-collect-garbage --dry-run; ls ${ROOTS}`);
      expect(said).toContain("root not refreshed for more than 30 days");
      expect(said).toContain("below 80 %: nothing is collected");
      expect(said).toMatch(/^hello$/m);
    });

    test("nothing is collected during a client's session", async () => {
      const said = await world().onServer(`
systemd-run --quiet --collect --uid nix --unit session sleep 300
${COLLECT}; systemctl stop session; ls ${ROOTS}`);
      expect(said).toContain("a client's session is open: nothing is collected");
      expect(said).toMatch(/^hello$/m);
    });

    test("above the fill level old roots and then their paths go, fresh ones stay", async () => {
      const said = await world().onServer(`
path=$(readlink ${ROOTS}/hello)
fallocate -l 3500M /nix/ballast
${COLLECT}
rm /nix/ballast
[ -e "$path" ] || echo 'the path is gone'
ls /nix/store | grep nixbarn-canary`);
      expect(said).toContain("the path is gone");
      expect(said).toMatch(/-nixbarn-canary$/m);
    });
  });
};
