import { spawnSync } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { DesiredServer } from "../../nix-server/desired.ts";
import type { BlockDevice } from "../../nix-server/facts/block-devices.ts";
import { type Facts, parseFacts } from "../../nix-server/facts/facts.ts";
import {
  formatVolume,
  growFileSystem,
  mountVolume,
} from "../../nix-server/operations/store-volume.ts";

const desired: DesiredServer = {
  volumeSerial: "vol0abc",
  adminUser: "admin",
  admins: [],
  clients: [],
  exportCidrs: [],
  garbageCollection: { rootsOlderThanDays: 30, aboveFillPercent: 80 },
};
const GIB = 1024 ** 3;
const blank: BlockDevice = {
  path: "/dev/nvme0n1",
  serial: "vol0abc",
  sizeBytes: 10 * GIB,
  type: "disk",
  signature: undefined,
  label: undefined,
  uuid: undefined,
  partitions: [],
};
const ours: BlockDevice = { ...blank, signature: "ext4", label: "nix-store", uuid: "1-2" };
const factsWith = (device: BlockDevice, more: Partial<Facts> = {}): Facts => ({
  ...parseFacts("@@end\n"),
  blockDevices: [device],
  ...more,
});

describe("a volume is formatted only when it is blank", () => {
  it("formats a blank one", () => {
    expect(formatVolume.decide(desired, factsWith(blank))).toMatchObject({
      kind: "change",
      commands: [
        {
          argv: [
            "sh",
            "-ec",
            expect.stringContaining("wipefs --no-act"),
            "sh",
            "nix-store",
            "/dev/nvme0n1",
          ],
        },
      ],
    });
  });
  it("leaves the store's own file system", () => {
    expect(formatVolume.decide(desired, factsWith(ours))).toEqual({
      kind: "no-op",
      reason: "/dev/nvme0n1 carries the store's file system 1-2",
    });
  });
  it.each([
    [{ signature: "xfs" }, "/dev/nvme0n1 carries xfs, not the store's file system"],
    [
      { signature: "ext4", label: "data" },
      '/dev/nvme0n1 carries ext4 "data", not the store\'s file system',
    ],
    [{ signature: "gpt" }, "/dev/nvme0n1 carries gpt, not the store's file system"],
    [{ partitions: ["/dev/nvme0n1p1"] }, "/dev/nvme0n1 carries partitions /dev/nvme0n1p1"],
    [{ serial: "vol0other" }, "no disk with serial vol0abc; there are /dev/nvme0n1 (vol0other)"],
  ])("refuses %j", (difference, reason) => {
    expect(formatVolume.decide(desired, factsWith({ ...blank, ...difference }))).toMatchObject({
      kind: "refusal",
      reason,
    });
  });
});

describe("mount and size", () => {
  it("refuses another device at /nix", () => {
    expect(
      mountVolume.decide(desired, factsWith(ours, { nixMountedFrom: "/dev/vdb" })),
    ).toMatchObject({
      kind: "refusal",
      reason: "/nix is mounted from /dev/vdb, not from /dev/nvme0n1",
    });
  });
  it("grows after the volume grew, and only then", () => {
    const grown = factsWith(ours, { fileSystemBytes: 5 * GIB });
    expect(growFileSystem.decide(desired, grown)).toMatchObject({
      kind: "change",
      commands: [{ argv: ["resize2fs", "/dev/nvme0n1"] }],
    });
    const full = factsWith(ours, { fileSystemBytes: 10 * GIB });
    expect(growFileSystem.decide(desired, full).kind).toBe("no-op");
  });
});

it("facts that were cut short are a fault, not an empty machine", () => {
  expect(() => parseFacts("@@cores\n2\n")).toThrow("facts: the server's answer was cut short");
});

describe("the format command itself", () => {
  const folder = mkdtempSync(join(tmpdir(), "nixbarn-format-"));
  const outcome = formatVolume.decide(desired, factsWith(blank));
  const [command] = outcome.kind === "change" ? outcome.commands : [];

  /** Runs the shipped command with stand-ins for wipefs and mkfs.ext4; gives what it wrote. */
  const run = (wipefs: string) => {
    writeFileSync(join(folder, "wipefs"), `#!/bin/sh\n${wipefs}\n`, { mode: 0o755 });
    writeFileSync(join(folder, "mkfs.ext4"), '#!/bin/sh\necho "formatted $*"\n', { mode: 0o755 });
    const [program = "", ...args] = command?.argv ?? [];
    const { status, stdout } = spawnSync(program, args, {
      env: { PATH: `${folder}:/usr/bin:/bin` },
      encoding: "utf8",
    });
    return { status, stdout };
  };

  it("formats a disk without any signature", () => {
    expect(run("exit 0")).toEqual({
      status: 0,
      stdout: "formatted -q -L nix-store -m 0 -i 8192 /dev/nvme0n1\n",
    });
  });
  it("writes nothing when a signature is found", () => {
    expect(run("echo 0x438,,,ext4")).toEqual({ status: 1, stdout: "" });
  });
  it("writes nothing when the disk cannot be read", () => {
    expect(run("exit 1")).toEqual({ status: 1, stdout: "" });
  });
});
