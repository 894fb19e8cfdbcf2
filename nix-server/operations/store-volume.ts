import { type DesiredServer, STORE_LABEL } from "../desired.ts";
import type { BlockDevice } from "../facts/block-devices.ts";
import type { Facts } from "../facts/facts.ts";
import { NIX_MOUNT, nixMountUnit } from "../managed-files.ts";
import { change, noOp, type Operation, type Refusal, refusal } from "../outcome.ts";
import { decideFiles } from "./files.ts";

/** A file system's last blocks may not fill the device. */
const GROWTH_THRESHOLD_BYTES = 64 * 1024 * 1024;

const deviceOf = ({ volumeSerial }: DesiredServer, facts: Facts): BlockDevice | Refusal => {
  const disks = facts.blockDevices.filter(({ type }) => type === "disk");
  const found = disks.find(({ serial }) => serial === volumeSerial);
  if (found !== undefined) return found;
  const others = disks.map(({ path, serial }) => `${path} (${serial ?? "no serial"})`).join(", ");
  return refusal(
    `no disk with serial ${volumeSerial}; there are ${others || "none"}`,
    "attach the volume, or give the serial of the right one, and run the same command again",
  );
};

/**
 * Looks at the disk once more before it writes: blkid tells nothing of a disk with conflicting
 * signatures, or one that it cannot read, and mkfs without a terminal does not ask. Fails without
 * writing when wipefs finds any signature or fails itself.
 */
const FORMAT_IF_BLANK = `signatures=$(wipefs --no-act --parsable "$2")
if [ -n "$signatures" ]; then echo "$2 is not blank: $signatures" >&2; exit 1; fi
exec mkfs.ext4 -q -L "$1" -m 0 -i 8192 "$2"`;

/** Formats a blank volume (many inodes: a store is small files), and never any other. */
export const formatVolume: Operation = {
  name: "store volume: file system",
  decide: (desired, facts) => {
    const device = deviceOf(desired, facts);
    if ("kind" in device) return device;
    if (device.partitions.length > 0) {
      return refusal(
        `${device.path} carries partitions ${device.partitions.join(", ")}`,
        "check that it is the right volume; if so wipe it by hand (wipefs --all) and run again",
      );
    }
    if (device.signature === "ext4" && device.label === STORE_LABEL) {
      return noOp(`${device.path} carries the store's file system ${device.uuid}`);
    }
    if (device.signature !== undefined) {
      return refusal(
        `${device.path} carries ${device.signature}${device.label === undefined ? "" : ` "${device.label}"`}, not the store's file system`,
        "check that it is the right volume; if so wipe it by hand (wipefs --all) and run again",
      );
    }
    return change(`${device.path} is blank`, `ext4 "${STORE_LABEL}" on ${device.path}`, [
      {
        argv: ["sh", "-ec", FORMAT_IF_BLANK, "sh", STORE_LABEL, device.path],
        timeoutSec: 600,
      },
    ]);
  },
};

export const mountVolume: Operation = {
  name: "store volume: mount",
  decide: (desired, facts) => {
    const device = deviceOf(desired, facts);
    if ("kind" in device) return device;
    if (facts.nixMountedFrom !== undefined && facts.nixMountedFrom !== device.path) {
      return refusal(
        `/nix is mounted from ${facts.nixMountedFrom}, not from ${device.path}`,
        "unmount it by hand and run again",
      );
    }
    if (device.uuid === undefined) {
      return change(`${device.path} has no file system yet`, "mounted at /nix", []);
    }
    const enabled = facts.units.get("nix.mount")?.unitFileState === "enabled";
    const start = [
      { argv: ["systemctl", "daemon-reload"] },
      { argv: ["systemctl", "enable", "--now", "nix.mount"], timeoutSec: 180 },
    ];
    const unit = { path: NIX_MOUNT, mode: "644" as const, content: nixMountUnit(device.uuid) };
    const file = decideFiles([unit], facts.files, start);
    if (file.kind === "change") return file;
    if (facts.nixMountedFrom === undefined)
      return change("/nix is not mounted", `mounted from ${device.path}`, start);
    if (!enabled) return change("nix.mount is not enabled", "enabled", start);
    return noOp(`/nix is mounted from ${device.path} by UUID ${device.uuid}`);
  },
};

export const growFileSystem: Operation = {
  name: "store volume: size",
  decide: (desired, facts) => {
    const device = deviceOf(desired, facts);
    if ("kind" in device) return device;
    if (facts.fileSystemBytes === undefined) return noOp("a new file system fills its volume");
    const missing = device.sizeBytes - facts.fileSystemBytes;
    return missing < GROWTH_THRESHOLD_BYTES
      ? noOp(`the file system fills ${device.path}`)
      : change(`${facts.fileSystemBytes} bytes`, `${device.sizeBytes} bytes`, [
          { argv: ["resize2fs", device.path], timeoutSec: 3600 },
        ]);
  },
};
