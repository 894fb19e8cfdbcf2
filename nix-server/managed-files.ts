import { readFileSync } from "node:fs";
import { join } from "node:path";
import { CLIENT_USER } from "../config/login.ts";
import { CLIENT_HOME, type DesiredServer, type KeyHolder, SIGNING_KEY } from "./desired.ts";

/** A file that is wholly ours: edited by hand, it is put back. */
export interface ManagedFile {
  readonly path: string;
  readonly mode: "644" | "755";
  readonly content: string;
}

const NOTE = "# Written by nixbarn; edits are undone by the next apply.\n";
const asset = (name: string): string =>
  readFileSync(join(import.meta.dirname, "assets", name), "utf8");

export const GATE = "/usr/local/libexec/nixbarn-gate";
export const COLLECTOR = "/usr/local/libexec/nixbarn-collect-garbage";
export const SSHD_CONFIG = "/etc/ssh/sshd_config.d/10-nixbarn.conf";
export const NIX_MOUNT = "/etc/systemd/system/nix.mount";
export const AUTHORIZED_KEYS = "/etc/ssh/authorized_keys.d";

/** The mount of the store, bound to one file system. */
export const nixMountUnit = (uuid: string): string => `${NOTE}[Unit]
Description=Nix store
[Mount]
What=/dev/disk/by-uuid/${uuid}
Where=/nix
Type=ext4
Options=defaults,noatime
TimeoutSec=120
[Install]
WantedBy=local-fs.target
`;

const authorizedKeys = (holders: readonly KeyHolder[]): string =>
  NOTE + holders.map(({ publicKey }) => `${publicKey.trim()}\n`).join("");

export const clientAndAdminFiles = (desired: DesiredServer): ManagedFile[] => [
  {
    path: `${AUTHORIZED_KEYS}/${CLIENT_USER}`,
    mode: "644",
    content: authorizedKeys(desired.clients),
  },
  {
    path: `${AUTHORIZED_KEYS}/${desired.adminUser}`,
    mode: "644",
    content: authorizedKeys(desired.admins),
  },
  { path: GATE, mode: "755", content: asset("gate.sh") },
];

/** 64 sessions' worth of simultaneous rules_nixpkgs rules, several laptops at once. */
const MAX_UNAUTHENTICATED = 200;

export const sshdFiles = (desired: DesiredServer): ManagedFile[] => [
  {
    path: SSHD_CONFIG,
    mode: "644",
    content: `${NOTE}PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin no
PermitUserEnvironment no
HostKey /etc/ssh/ssh_host_ed25519_key
AuthorizedKeysFile ${AUTHORIZED_KEYS}/%u${desired.admins.length === 0 ? " .ssh/authorized_keys" : ""}
MaxStartups ${MAX_UNAUTHENTICATED}:30:${2 * MAX_UNAUTHENTICATED}
MaxSessions ${MAX_UNAUTHENTICATED}
ClientAliveInterval 15
ClientAliveCountMax 8
Match User ${CLIENT_USER}
  ForceCommand ${GATE}
  AuthorizedKeysFile ${AUTHORIZED_KEYS}/%u
  AuthenticationMethods publickey
  DisableForwarding yes
  PermitTTY no
  PermitUserRC no
`,
  },
];

/** https://nixos.org/manual/nix/stable/command-ref/conf-file */
export const nixFiles = (): ManagedFile[] => [
  {
    path: "/etc/nix/nix.conf",
    mode: "644",
    content: `${NOTE}build-users-group = nixbld
sandbox = true
allowed-users = root @nix-users
trusted-users = root
secret-key-files = ${SIGNING_KEY}
substituters = https://cache.nixos.org/
trusted-public-keys = cache.nixos.org-1:6NCHdD59X431o0gWypbMrAurkbJ16ZPMQFGspcDShjY=
connect-timeout = 5
`,
  },
  {
    path: "/etc/systemd/system/nix-daemon.service.d/nixbarn.conf",
    mode: "644",
    content: `${NOTE}[Unit]
RequiresMountsFor=/nix
[Service]
# Builders run in this control group: the instance's credentials are not theirs.
IPAddressDeny=169.254.169.254/32 fd00:ec2::254/128
`,
  },
  {
    path: "/etc/systemd/system/nix-daemon.socket.d/nixbarn.conf",
    mode: "644",
    content: `${NOTE}[Unit]\nRequiresMountsFor=/nix\nAfter=systemd-tmpfiles-setup.service\n`,
  },
];

const GRACE_SEC = 15;

export const nfsFiles = (desired: DesiredServer, cores: number): ManagedFile[] => [
  {
    path: "/etc/nfs.conf.d/nixbarn.conf",
    mode: "644",
    content: `${NOTE}[nfsd]
threads=${Math.max(16, 8 * cores)}
vers3=n
vers4=y
vers4.0=n
vers4.1=y
vers4.2=y
grace-time=${GRACE_SEC}
lease-time=${GRACE_SEC}
`,
  },
  {
    path: "/etc/exports.d/nixbarn.exports",
    mode: "644",
    content: `${NOTE}${desired.exportCidrs
      .map((cidr) => `/nix/store ${cidr}(ro,no_subtree_check,root_squash,fsid=1,mp=/nix,sec=sys)\n`)
      .join("")}`,
  },
  {
    path: "/etc/systemd/system/nfs-server.service.d/nixbarn.conf",
    mode: "644",
    content: `${NOTE}[Unit]\nRequiresMountsFor=/nix\n`,
  },
];

export const collectorFiles = ({ garbageCollection }: DesiredServer): ManagedFile[] => [
  { path: COLLECTOR, mode: "755", content: asset("collect-garbage.sh") },
  {
    path: "/etc/systemd/system/nixbarn-collect-garbage.service",
    mode: "644",
    content: `${NOTE}[Unit]
Description=Collect garbage in the Nix store
RequiresMountsFor=/nix
[Service]
Type=oneshot
Environment=CLIENT_USER=${CLIENT_USER} ROOTS=${CLIENT_HOME}/rules_nixpkgs_gcroots
Environment=ROOTS_OLDER_THAN_DAYS=${garbageCollection.rootsOlderThanDays} ABOVE_FILL_PERCENT=${garbageCollection.aboveFillPercent}
ExecStart=${COLLECTOR}
`,
  },
  {
    path: "/etc/systemd/system/nixbarn-collect-garbage.timer",
    mode: "644",
    content: `${NOTE}[Unit]\nDescription=Collect garbage in the Nix store\n[Timer]\nOnCalendar=hourly\nRandomizedDelaySec=10min\n[Install]\nWantedBy=timers.target\n`,
  },
];

/** Every file that is ours, beside the mount of the store, which depends on the volume. */
export const managedFiles = (desired: DesiredServer, cores: number): ManagedFile[] => [
  ...clientAndAdminFiles(desired),
  ...sshdFiles(desired),
  ...nixFiles(),
  ...nfsFiles(desired, cores),
  ...collectorFiles(desired),
];
