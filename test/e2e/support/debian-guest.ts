/** A real Debian 13 machine in QEMU, with volumes that look like EBS volumes on NVMe. */
import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { createConnection } from "node:net";
import { join } from "node:path";
import { execa } from "execa";
import { type GuestKind, guestBase } from "./guest-base.ts";
import { freePort } from "./machine.ts";

const MEMORY_MIB = 2048;
/** The only accelerator settings that boot reliably under QEMU 7.2 without KVM. */
const CPU = ["-accel", "tcg,thread=single", "-cpu", "max,-la57,-cx16"];

export interface GuestVolume {
  /** A raw image; see {@link createVolume}. */
  readonly path: string;
  /** As on EC2: the volume's id without its hyphen. */
  readonly serial: string;
}

export interface GuestOptions {
  readonly kind: GuestKind;
  /** Holds the copy-on-write root disk: the same folder again is the same machine. */
  readonly folder: string;
  readonly volumes?: readonly GuestVolume[];
  /** Two UDP ports of loopback, the link between two guests: the server's end and the client's. */
  readonly link?: { readonly server: number; readonly client: number };
  /** Loopback port of its ssh; the same again, so that a replaced machine keeps its address. */
  readonly sshPort?: number;
}

export interface Guest {
  /** Loopback port of the guest's sshd, which answers after about a minute. */
  readonly sshPort: number;
  /** Attaches a volume to the running machine. */
  readonly attach: (volume: GuestVolume) => Promise<void>;
  /** Pulls the plug for a moment: the machine boots anew without having shut down. */
  readonly reset: () => Promise<void>;
  /** Ends the machine, as when an instance is terminated. */
  readonly stop: () => Promise<void>;
}

/** Makes an empty sparse volume, or enlarges one. */
export const createVolume = async (path: string, sizeGiB: number): Promise<void> => {
  await execa("truncate", ["--size", `${sizeGiB}G`, path]);
};

/** Tells QEMU's monitor some commands, in order. https://www.qemu.org/docs/master/system/monitor.html */
const monitor = (socket: string, commands: readonly string[]): Promise<string> =>
  new Promise((resolve, reject) => {
    let said = "";
    const connection = createConnection(socket, () =>
      connection.write(commands.map((line) => `${line}\n`).join("")),
    );
    connection.once("error", reject);
    connection.on("data", (data) => {
      said += data.toString();
      if (said.split("(qemu)").length > commands.length + 1) connection.end();
    });
    connection.once("close", () => resolve(said));
  });

const DRIVE = "if=none,format=raw";

/** Boots and returns at once. */
export const startGuest = async (options: GuestOptions): Promise<Guest> => {
  const { kind, folder, volumes = [], link } = options;
  const base = await guestBase(kind);
  await mkdir(folder, { recursive: true });
  const overlay = join(folder, "root.qcow2");
  if (!existsSync(overlay)) {
    const backing = ["-F", "raw", "-b", base.image];
    await execa("qemu-img", ["create", "-q", "-f", "qcow2", ...backing, overlay]);
  }
  const sshPort = options.sshPort ?? (await freePort());
  const socket = join(folder, "monitor");
  // By UDP, so that one end can be replaced while the other stays.
  const cable = (near: number, far: number) =>
    `socket,id=link,udp=127.0.0.1:${far},localaddr=127.0.0.1:${near}`;
  const mac = `52:54:00:77:00:0${kind === "server" ? 1 : 2}`;
  const qemu = execa(
    "qemu-system-x86_64",
    [
      ...CPU,
      ...["-m", String(MEMORY_MIB), "-smp", "1", "-display", "none"],
      ...["-kernel", base.kernel, "-initrd", base.initrd],
      ...["-append", "root=/dev/vda rw console=ttyS0 net.ifnames=0"],
      ...["-serial", `file:${join(folder, "console.log")}`],
      ...["-monitor", `unix:${socket},server=on,wait=off`],
      ...["-drive", `file=${overlay},if=virtio,format=qcow2`],
      ...["-netdev", `user,id=net,restrict=on,hostfwd=tcp:127.0.0.1:${sshPort}-:22`],
      ...["-device", "virtio-net-pci,netdev=net", "-device", "virtio-rng-pci"],
      ...(link === undefined
        ? []
        : [
            "-netdev",
            kind === "server" ? cable(link.server, link.client) : cable(link.client, link.server),
            ...["-device", `virtio-net-pci,netdev=link,mac=${mac}`],
          ]),
      ...volumes.flatMap(({ path, serial }, index) => [
        ...["-drive", `file=${path},id=volume${index},${DRIVE}`],
        ...["-device", `nvme,drive=volume${index},serial=${serial}`],
      ]),
    ],
    { reject: false, cleanup: true },
  );
  return {
    sshPort,
    attach: async ({ path, serial }) => {
      await monitor(socket, [
        `drive_add 0 file=${path},id=late-${serial},${DRIVE}`,
        `device_add nvme,drive=late-${serial},serial=${serial}`,
      ]);
    },
    reset: async () => {
      await monitor(socket, ["system_reset"]);
    },
    stop: async () => {
      qemu.kill("SIGTERM");
      await qemu;
    },
  };
};
