/**
 * Debian 13 as a disk image with kernel and initrd, built once by mmdebstrap and kept in the cache:
 * `server` is what Debian's cloud image has, with the Nix server's packages fetched but not installed;
 * `client` is a laptop and a worker in one, with Nix, ssh and an NFS client.
 */
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import {
  copyFile,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  writeFile,
} from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { PACKAGES } from "../../../nix-server/operations/software.ts";
import { cacheFolder } from "./machine.ts";

export type GuestKind = "server" | "client";

export interface GuestBase {
  readonly image: string;
  readonly kernel: string;
  readonly initrd: string;
}

const CACHE = join(cacheFolder, "debian-guest");
const ROOT_DISK = "8G";

const COMMON = [
  ...["systemd-sysv", "dbus", "openssh-server", "sudo", "linux-image-cloud-amd64", "iproute2"],
  ...[
    "ca-certificates",
    "python3-minimal",
    "curl",
    "xz-utils",
    "nvme-cli",
    "xfsprogs",
    "e2fsprogs",
  ],
  // As the cloud image has it; Ansible, which the bench runs, cannot do without.
  ...["udev", "kmod", "python3-apt"],
];
const INSTALLED = { server: COMMON, client: [...COMMON, "nix-bin", "nfs-common"] } as const;
/** Fetched only, so that no test waits for a mirror; the guests reach none. */
const FETCHED = { server: PACKAGES, client: [] } as const;

/** eth0 is QEMU's own network for ssh from here, eth1 the link between two guests. */
const customize = (kind: GuestKind, publicKey: string): string => `set -eu
root="$1"
echo ${kind} > "$root/etc/hostname"
printf '127.0.0.1 localhost ${kind}\\n10.77.0.1 nix-server\\n' > "$root/etc/hosts"
printf '/dev/vda / ext4 defaults 0 1\\n' > "$root/etc/fstab"
printf '[Match]\\nName=eth0\\n[Network]\\nAddress=10.0.2.15/24\\n' > "$root/etc/systemd/network/10-eth0.network"
printf '[Match]\\nName=eth1\\n[Network]\\nAddress=10.77.0.${kind === "server" ? 1 : 2}/24\\n' > "$root/etc/systemd/network/20-eth1.network"
chroot "$root" systemctl enable systemd-networkd ssh
chroot "$root" systemctl mask apt-daily.timer apt-daily-upgrade.timer systemd-networkd-wait-online.service
for user in admin plain; do
  chroot "$root" useradd --create-home --shell /bin/bash "$user"
  mkdir -p "$root/home/$user/.ssh"
  echo '${publicKey}' > "$root/home/$user/.ssh/authorized_keys"
  chroot "$root" chown -R "$user:$user" "/home/$user"
done
echo 'admin ALL=(ALL) NOPASSWD:ALL' > "$root/etc/sudoers.d/admin"
# Each machine makes its own host keys at first boot, as cloud-init sees to on EC2.
rm "$root"/etc/ssh/ssh_host_*
mkdir "$root/etc/systemd/system/ssh.service.d"
printf '[Service]\\nExecStartPre=\\nExecStartPre=/usr/bin/ssh-keygen -A\\nExecStartPre=/usr/sbin/sshd -t\\n' > "$root/etc/systemd/system/ssh.service.d/host-keys.conf"
${FETCHED[kind].length === 0 ? "" : `chroot "$root" apt-get install --yes --download-only --no-install-recommends ${FETCHED[kind].join(" ")}`}
`;

/** Private key of every guest's users `admin`, who may use sudo, and `plain`, who may not. */
export const guestKeyFile = async (): Promise<string> => {
  const file = join(CACHE, "key");
  if (!existsSync(file)) {
    await mkdir(CACHE, { recursive: true });
    await execa("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "test", "-f", file]);
  }
  return file;
};

const build = async (kind: GuestKind, script: string, work: string): Promise<void> => {
  const hook = join(work, "customize.sh");
  const root = join(work, "root");
  await writeFile(hook, script);
  await execa("mmdebstrap", [
    ...["--variant=important", "--components=main", "--skip=cleanup/apt"],
    ...[`--include=${INSTALLED[kind].join(",")}`, `--customize-hook=sh ${hook} "$1"`],
    ...["trixie", root],
  ]);
  const boot = await readdir(join(root, "boot"));
  for (const [prefix, name] of [
    ["vmlinuz-", "vmlinuz"],
    ["initrd.img-", "initrd.img"],
  ] as const) {
    const file = boot.find((entry) => entry.startsWith(prefix));
    if (file === undefined) throw new Error(`the base image has no /boot/${prefix}*`);
    await copyFile(join(root, "boot", file), join(work, name));
  }
  await execa("mke2fs", ["-q", "-t", "ext4", "-d", root, join(work, "root.img"), ROOT_DISK]);
  await rm(root, { recursive: true, force: true });
};

/** Builds the image on first use (about a minute), or finds it in the cache by what it is made of. */
export const guestBase = async (kind: GuestKind): Promise<GuestBase> => {
  const publicKey = (await readFile(`${await guestKeyFile()}.pub`, "utf8")).trim();
  const script = customize(kind, publicKey);
  const recipe = createHash("sha256").update(INSTALLED[kind].join()).update(script).digest("hex");
  const folder = join(CACHE, `${kind}-${recipe.slice(0, 12)}`);
  if (!existsSync(folder)) {
    const work = await mkdtemp(join(CACHE, "building-"));
    try {
      await build(kind, script, work);
      await rename(work, folder);
    } finally {
      await rm(work, { recursive: true, force: true });
    }
  }
  return {
    image: join(folder, "root.img"),
    kernel: join(folder, "vmlinuz"),
    initrd: join(folder, "initrd.img"),
  };
};

/** Builds what is not in the cache yet, one after the other: two suites may not build the same one. */
export const guestBases = async (kinds: readonly GuestKind[]): Promise<void> => {
  for (const kind of kinds) await guestBase(kind);
};
