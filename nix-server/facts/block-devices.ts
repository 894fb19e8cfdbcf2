import { z } from "zod";

/** { path: "/dev/nvme0n1", serial: "vol0abc", sizeBytes: 1073741824, type: "disk", signature: "ext4", … } */
export interface BlockDevice {
  readonly path: string;
  readonly serial: string | undefined;
  readonly sizeBytes: number;
  readonly type: string;
  /** File system or partition table found on the device itself; undefined when it is blank. */
  readonly signature: string | undefined;
  readonly label: string | undefined;
  readonly uuid: string | undefined;
  readonly partitions: readonly string[];
}

const listing = z.object({
  blockdevices: z.array(
    z.object({
      path: z.string(),
      serial: z.string().nullable(),
      size: z.number(),
      type: z.string(),
      pkname: z.string().nullable(),
    }),
  ),
});

type Signature = ReadonlyMap<string, string>;

const parseSignatures = (text: string): ReadonlyMap<string, Signature> => {
  const devices = new Map<string, Map<string, string>>();
  let current = new Map<string, string>();
  for (const line of text.split("\n")) {
    const [key, ...rest] = line.split("=");
    const value = rest.join("=");
    if (key === "PATH") {
      current = new Map();
      devices.set(value, current);
    } else if (key !== undefined) current.set(key, value);
  }
  return devices;
};

/** Joins `lsblk --json` with `blkid --probe`, which reads the disk itself and not udev's memory. */
export const parseBlockDevices = (lsblk: string, signatures: string): BlockDevice[] => {
  if (lsblk === "") return [];
  const probed = parseSignatures(signatures);
  const { blockdevices } = listing.parse(JSON.parse(lsblk));
  return blockdevices.map((device) => {
    const found = probed.get(device.path);
    return {
      path: device.path,
      serial: device.serial ?? undefined,
      sizeBytes: device.size,
      type: device.type,
      signature: found?.get("TYPE") ?? found?.get("PTTYPE"),
      label: found?.get("LABEL"),
      uuid: found?.get("UUID"),
      partitions: blockdevices
        .filter(({ pkname }) => pkname !== null && `/dev/${pkname}` === device.path)
        .map(({ path }) => path),
    };
  });
};
