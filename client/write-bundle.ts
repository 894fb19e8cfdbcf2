import { spawnSync } from "node:child_process";
import {
  closeSync,
  existsSync,
  fchmodSync,
  mkdirSync,
  openSync,
  readFileSync,
  writeSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { type BundleFile, MARK, SECRET_FILE } from "./bundle.ts";

/** What ssh, Nix or a shell would take for something else in a path that is not quoted. */
const SPECIAL = /[\s"'#%\\$`;&|<>*?()]/;

/** Faults of a path that goes into the files. */
export const pathFaults = (option: string, path: string): string[] => {
  const special = SPECIAL.exec(path)?.[0];
  return special === undefined
    ? []
    : [`${option}: ${path} has ${JSON.stringify(special)} in it, which the files cannot carry`];
};

const nearestExisting = (folder: string): string =>
  existsSync(folder) ? folder : nearestExisting(dirname(folder));

/** Faults of a folder, which need not exist yet, in which git would track the API key. */
const trackingFaults = (folder: string): string[] => {
  const base = nearestExisting(folder);
  const file = join(folder, SECRET_FILE);
  const git = (...args: string[]) => spawnSync("git", ["-C", base, ...args], { encoding: "utf8" });
  if (git("rev-parse", "--is-inside-work-tree").stdout?.trim() !== "true") return [];
  const tracked = git("ls-files", "--error-unmatch", file).status === 0;
  const ignored = git("check-ignore", "--quiet", "--no-index", file).status === 0;
  if (ignored && !tracked) return [];
  return [
    `${file} would hold an API key where git tracks files; ${tracked ? `run git rm --cached ${SECRET_FILE} and ` : ""}add a line ${SECRET_FILE} to .gitignore, or give another --out`,
  ];
};

/** Files of others under the names that the bundle uses. */
const foreignFaults = (folder: string, names: readonly string[]): string[] =>
  names.flatMap((name) => {
    const file = join(folder, name);
    if (!existsSync(file)) return [];
    const [firstLine = ""] = readFileSync(file, "utf8").split("\n");
    return firstLine.includes(MARK)
      ? []
      : [`${file} was not written by nixbarn: move it away, or give another --out`];
  });

/** The names of a bundle's files. */
const NAMES = [
  ...[SECRET_FILE, "BUILD.bazel", "ssh_config", "known_hosts", "nix.conf", "env.sh", "README.md"],
];

/** Why a bundle cannot be written to a folder: all reasons; none when it can. */
export const folderFaults = (folder: string): readonly string[] => [
  ...pathFaults("--out", folder),
  ...trackingFaults(folder),
  ...foreignFaults(folder, NAMES),
];

/** Writes all files. Nobody else can read the key at any time, nor does a second name ever hold it. */
export const writeBundle = (folder: string, files: readonly BundleFile[]): void => {
  mkdirSync(folder, { recursive: true });
  for (const { name, mode, content } of files) {
    const file = openSync(join(folder, name), "w", mode);
    try {
      fchmodSync(file, mode);
      writeSync(file, content);
    } finally {
      closeSync(file);
    }
  }
};
