/**
 * A real Debian 13 machine in QEMU, with a volume that looks like an EBS volume on NVMe.
 * The base image is built once and cached; each guest starts from a copy-on-write overlay of it.
 */
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { cacheFolder, freePort } from "./machine.ts";

const CACHE = join(cacheFolder, "debian-guest");
/** Raise it when the base image's contents change. */
const BASE_VERSION = "3";
const ROOT_DISK = "8G";
const MEMORY_MIB = 2048;

/** What Debian's cloud image has and the provisioner expects. */
const PACKAGES =
  "systemd-sysv,dbus,openssh-server,sudo,linux-image-cloud-amd64,iproute2,ca-certificates,python3-minimal,curl,xz-utils,nvme-cli,xfsprogs,e2fsprogs,udev,systemd-resolved,kmod";
/** Fetched, not installed, so that a test's first apply does not wait for a mirror. */
const PREFETCHED = ["nix-bin", "nix-setup-systemd", "nfs-kernel-server"];

/** The only accelerator settings that boot reliably under QEMU 7.2 without KVM. */
const CPU = ["-accel", "tcg,thread=single", "-cpu", "max,-la57,-cx16"];

export interface GuestBase {
  readonly image: string;
  readonly kernel: string;
  readonly initrd: string;
  /** Private key of the guest's user `admin`, who may use sudo. */
  readonly keyFile: string;
}

export interface Guest {
  /** Loopback port of the guest's sshd. */
  readonly port: number;
  readonly consoleLog: string;
  readonly stop: () => Promise<void>;
}

export interface GuestVolume {
  readonly path: string;
  /** As on EC2: the volume's id without its hyphen. */
  readonly serial: string;
}

const CUSTOMIZE = (publicKey: string): string => `set -eu
root="$1"
echo nix-server > "$root/etc/hostname"
echo '127.0.0.1 localhost nix-server' > "$root/etc/hosts"
printf '/dev/vda / ext4 defaults 0 1\\n' > "$root/etc/fstab"
printf '[Match]\\nName=en* eth*\\n[Network]\\nDHCP=yes\\n' > "$root/etc/systemd/network/10-all.network"
chroot "$root" systemctl enable systemd-networkd systemd-resolved ssh
chroot "$root" systemctl mask apt-daily.timer apt-daily-upgrade.timer systemd-networkd-wait-online.service
chroot "$root" useradd --create-home --shell /bin/bash admin
echo 'admin ALL=(ALL) NOPASSWD:ALL' > "$root/etc/sudoers.d/admin"
mkdir -p "$root/home/admin/.ssh"
echo '${publicKey}' > "$root/home/admin/.ssh/authorized_keys"
chroot "$root" chown -R admin:admin /home/admin
chroot "$root" apt-get install --yes --download-only --no-install-recommends ${PREFETCHED.join(" ")}
`;

/** Builds the base image on first use (about two minutes), or finds it in the cache. */
export const guestBase = async (): Promise<GuestBase> => {
  const folder = join(CACHE, `base-${BASE_VERSION}`);
  const base = {
    image: join(folder, "root.img"),
    kernel: join(folder, "vmlinuz"),
    initrd: join(folder, "initrd.img"),
    keyFile: join(folder, "admin-key"),
  };
  if (existsSync(folder)) return base;
  await mkdir(CACHE, { recursive: true });
  const work = await mkdtemp(join(CACHE, "building-"));
  try {
    await execa("ssh-keygen", [
      "-q",
      "-t",
      "ed25519",
      "-N",
      "",
      "-C",
      "test",
      "-f",
      join(work, "admin-key"),
    ]);
    const { stdout: publicKey } = await execa("cat", [join(work, "admin-key.pub")]);
    const hook = join(work, "customize.sh");
    await writeFile(hook, CUSTOMIZE(publicKey));
    const root = join(work, "root");
    await execa("mmdebstrap", [
      "--variant=important",
      `--include=${PACKAGES}`,
      "--components=main",
      "--skip=cleanup/apt",
      `--customize-hook=sh ${hook} "$1"`,
      "trixie",
      root,
    ]);
    const boot = await readdir(join(root, "boot"));
    for (const [prefix, name] of [
      ["vmlinuz-", "vmlinuz"],
      ["initrd.img-", "initrd.img"],
    ] as const) {
      const file = boot.find((entry) => entry.startsWith(prefix));
      if (file === undefined) throw new Error(`the base image has no /boot/${prefix}*`);
      await execa("cp", [join(root, "boot", file), join(work, name)]);
    }
    await execa("mke2fs", ["-q", "-t", "ext4", "-d", root, join(work, "root.img"), ROOT_DISK]);
    await rm(root, { recursive: true, force: true });
    await rename(work, folder);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  return base;
};

/** Makes an empty sparse volume. */
export const createVolume = async (path: string, sizeGiB: number): Promise<void> => {
  await execa("truncate", ["--size", `${sizeGiB}G`, path]);
};

/** Boots a fresh overlay in `folder`; returns at once, ssh answers after about a minute. */
export const startGuest = async (
  folder: string,
  volumes: readonly GuestVolume[],
): Promise<Guest> => {
  const base = await guestBase();
  const overlay = join(folder, "root.qcow2");
  if (!existsSync(overlay)) {
    await execa("qemu-img", [
      "create",
      "-q",
      "-f",
      "qcow2",
      "-F",
      "raw",
      "-b",
      base.image,
      overlay,
    ]);
  }
  const port = await freePort();
  const consoleLog = join(folder, "console.log");
  const qemu = execa(
    "qemu-system-x86_64",
    [
      ...CPU,
      ...["-m", String(MEMORY_MIB), "-smp", "1", "-display", "none"],
      ...["-kernel", base.kernel, "-initrd", base.initrd],
      ...["-append", "root=/dev/vda rw console=ttyS0 net.ifnames=0"],
      ...["-serial", `file:${consoleLog}`],
      ...["-drive", `file=${overlay},if=virtio,format=qcow2`],
      ...["-netdev", `user,id=net,hostfwd=tcp:127.0.0.1:${port}-:22`],
      ...["-device", "virtio-net-pci,netdev=net", "-device", "virtio-rng-pci"],
      ...volumes.flatMap(({ path, serial }, index) => [
        ...["-drive", `file=${path},if=none,id=volume${index},format=raw`],
        ...["-device", `nvme,drive=volume${index},serial=${serial}`],
      ]),
    ],
    { reject: false, cleanup: true },
  );
  return {
    port,
    consoleLog,
    stop: async () => {
      qemu.kill("SIGTERM");
      await qemu;
    },
  };
};
