import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { createVolume } from "../support/debian-guest.ts";
import type { World } from "./world.ts";

/** What apply meets before it may change anything. */
export const firstContact = (world: () => World): void => {
  test("a login without sudo is refused with the remedy", async () => {
    const { exitCode, stderr } = await world().nixServer("apply", "--user", "plain");
    expect(stderr).toContain("sudo refused");
    expect(stderr).toContain("give this login sudo without a password");
    expect(exitCode).toBe(1);
  });

  test("a changed host key ends the connection before any command", async () => {
    const wrong = "AAAAC3NzaC1lZDI1NTE5AAAAIOdoSecH0Ku8Q3N4UCDrWpNS2jp6KCwHxOn3GKpIdeTI";
    const { sshPort } = world().server;
    const file = await world().file("other", `[127.0.0.1]:${sshPort} ssh-ed25519 ${wrong}\n`);
    const { exitCode, stderr } = await world().nixServer("plan", "--known-hosts", file);
    expect(stderr).toContain(`not the one pinned in ${file}`);
    expect(exitCode).toBe(1);
    expect(await readFile(file, "utf8")).toContain(wrong);
  });

  test("admins without one's own key are refused: they would lock out who sets them", async () => {
    const { exitCode, stderr } = await world().nixServer(
      "apply",
      "--admin-keys",
      `${world().clientKey}.pub`,
    );
    expect(stderr).toContain("you would lock yourself out");
    expect(exitCode).toBe(1);
  });

  test("a volume that is not there yet is named, with those that are", async () => {
    const { exitCode, stderr } = await world().nixServer("apply");
    expect(stderr).toContain(
      "store volume: file system: no disk with serial vol0abc1234567890de; there are /dev/vda (no serial)",
    );
    expect(exitCode).toBe(1);
  });

  test("a disk with a foreign file system is refused and stays as it is", async () => {
    const foreign = { path: `${world().folder}/foreign.img`, serial: "vol0ffff" };
    await createVolume(foreign.path, 1);
    await world().server.attach(foreign);
    await world().onServer(
      "for i in $(seq 30); do [ -b /dev/nvme0n1 ] && break; sleep 1; done; mkfs.xfs -q -L data /dev/nvme0n1",
    );
    const sum = () => world().onServer("head --bytes 8M /dev/nvme0n1 | sha256sum");
    const before = await sum();
    const { exitCode, stderr } = await world().nixServer(
      "apply",
      ...["--volume-serial", foreign.serial],
    );
    expect(stderr).toContain('/dev/nvme0n1 carries xfs "data", not the store\'s file system');
    expect(exitCode).toBe(1);
    expect(await sum()).toBe(before);
  });

  test("the volume attached late is found by the next run", async () => {
    await world().server.attach(world().volume);
    await world().onServer("for i in $(seq 30); do [ -b /dev/nvme1n1 ] && break; sleep 1; done");
    const { exitCode, stdout } = await world().nixServer("plan");
    expect(stdout).toContain("before: /dev/nvme1n1 is blank");
    expect(stdout).toContain("13 to change, 1 in order, 0 refused");
    expect(exitCode).toBe(2);
  });
};
