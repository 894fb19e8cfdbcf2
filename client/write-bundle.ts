import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { UserError } from "../config/load.ts";
import { type BundleFile, SECRET_FILE } from "./bundle.ts";

const nearestExisting = (folder: string): string =>
  existsSync(folder) ? folder : nearestExisting(dirname(folder));

/** Refuses a folder, which need not exist yet, in which git would track the API key. */
export const refuseTracked = (folder: string): void => {
  const base = nearestExisting(folder);
  const file = join(folder, SECRET_FILE);
  const git = (...args: string[]) => spawnSync("git", ["-C", base, ...args], { encoding: "utf8" });
  if (git("rev-parse", "--is-inside-work-tree").stdout?.trim() !== "true") return;
  const tracked = git("ls-files", "--error-unmatch", file).status === 0;
  const ignored = git("check-ignore", "--quiet", "--no-index", file).status === 0;
  if (ignored && !tracked) return;
  throw new UserError(
    `${file} would hold an API key where git tracks files; ${tracked ? `run git rm --cached ${SECRET_FILE} and ` : ""}add a line ${SECRET_FILE} to .gitignore, or give another --out`,
  );
};

/** Writes all files, each whole or not at all. */
export const writeBundle = (folder: string, files: readonly BundleFile[]): void => {
  refuseTracked(folder);
  mkdirSync(folder, { recursive: true });
  for (const { name, mode, content } of files) {
    const part = join(folder, `.${name}.part`);
    writeFileSync(part, content, { mode });
    chmodSync(part, mode);
    renameSync(part, join(folder, name));
  }
};
