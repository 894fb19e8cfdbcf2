import type { Command } from "../host.ts";
import { ProvisionError } from "../host.ts";
import { type BlockDevice, parseBlockDevices } from "./block-devices.ts";
import { type FileFact, parseFiles } from "./files.ts";
import { parseUnits, type UnitFact } from "./units.ts";

/** Everything that operations look at, read in one round trip. */
export interface Facts {
  readonly cores: number;
  readonly blockDevices: readonly BlockDevice[];
  /** Device that is mounted at /nix, as in "/dev/nvme0n1". */
  readonly nixMountedFrom: string | undefined;
  /** Size of the mounted store's file system by its superblock. */
  readonly fileSystemBytes: number | undefined;
  /** Installed packages of those asked for. */
  readonly packages: readonly string[];
  readonly units: ReadonlyMap<string, UnitFact>;
  readonly files: ReadonlyMap<string, FileFact>;
  /** The client user's line of the passwd database: "nix:x:1900:…". */
  readonly clientUser: string | undefined;
  readonly clientGroups: readonly string[];
  /** What exportfs -s prints. */
  readonly exports: string;
  /** Store path that the canary's root points to, if it exists. */
  readonly canary: string | undefined;
}

export interface FactsQuery {
  readonly packages: readonly string[];
  readonly units: readonly string[];
  readonly files: readonly string[];
  readonly clientUser: string;
  readonly canaryRoot: string;
}

/** Each section starts with a line "@@name"; a section's failure leaves it empty. */
const SCRIPT = `
export LC_ALL=C PATH=/usr/sbin:/usr/bin:/sbin:/bin
packages=$1 units=$2 files=$3 user=$4 canary=$5
echo @@cores; nproc
echo @@blockDevices; lsblk --json --list --bytes --output PATH,SERIAL,SIZE,TYPE,PKNAME
echo @@signatures
for disk in $(lsblk --noheadings --list --output PATH); do
  printf 'PATH=%s\\n' "$disk"; blkid --probe --output export "$disk" 2>/dev/null
done
echo @@nixMount; findmnt --noheadings --output SOURCE --mountpoint /nix
echo @@fileSystem
source=$(findmnt --noheadings --output SOURCE --mountpoint /nix) && dumpe2fs -h "$source" 2>/dev/null | grep -E '^Block (count|size):'
echo @@packages; dpkg-query --show --showformat '\${db:Status-Status} \${Package}\\n' $packages 2>/dev/null
echo @@units; systemctl show --timestamp=unix --property=Id,LoadState,ActiveState,UnitFileState,ActiveEnterTimestamp $units
echo @@files
for file in $files; do
  if [ -f "$file" ]; then
    printf '%s %s ' "$file" "$(stat --format '%a %U %Y' "$file")"
    case "$file" in *.secret|*_key) echo secret ;; *) base64 --wrap=0 "$file"; echo ;; esac
  fi
done
echo @@clientUser; getent passwd "$user"
echo @@clientGroups; id --name --groups "$user" 2>/dev/null
echo @@exports; command -v exportfs >/dev/null && exportfs -s
echo @@canary; [ -e "$canary" ] && readlink --canonicalize "$canary"
echo @@end
`;

/** The command whose output {@link parseFacts} reads. */
export const factsCommand = (query: FactsQuery): Command => ({
  argv: [
    ...["sh", "-c", SCRIPT, "facts"],
    ...[query.packages.join(" "), query.units.join(" "), query.files.join(" ")],
    ...[query.clientUser, query.canaryRoot],
  ],
});

const sectionsOf = (output: string): ReadonlyMap<string, string> => {
  const sections = new Map<string, string>();
  for (const part of output.split(/^@@/m).slice(1)) {
    const lineEnd = part.indexOf("\n");
    sections.set(part.slice(0, lineEnd).trim(), part.slice(lineEnd + 1).trim());
  }
  return sections;
};

const fileSystemBytesOf = (text: string): number | undefined => {
  const count = /^Block count:\s+(\d+)$/m.exec(text)?.[1];
  const size = /^Block size:\s+(\d+)$/m.exec(text)?.[1];
  return count !== undefined && size !== undefined ? Number(count) * Number(size) : undefined;
};

/** Reads the whole answer; one that was cut short is a fault, never a machine with nothing on it. */
export const parseFacts = (output: string): Facts => {
  const sections = sectionsOf(output);
  const section = (name: string): string => sections.get(name) ?? "";
  if (!sections.has("end")) {
    throw new ProvisionError("facts: the server's answer was cut short; run the command again");
  }
  return {
    cores: Number(section("cores")),
    blockDevices: parseBlockDevices(section("blockDevices"), section("signatures")),
    nixMountedFrom: section("nixMount") || undefined,
    fileSystemBytes: fileSystemBytesOf(section("fileSystem")),
    packages: section("packages")
      .split("\n")
      .flatMap((line) => (line.startsWith("installed ") ? [line.slice("installed ".length)] : [])),
    units: parseUnits(section("units")),
    files: parseFiles(section("files")),
    clientUser: section("clientUser") || undefined,
    clientGroups: section("clientGroups").split(" ").filter(Boolean),
    exports: section("exports"),
    canary: section("canary") || undefined,
  };
};
