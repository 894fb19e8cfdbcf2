import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";

const root = join(import.meta.dirname, "../..");

/** All files below a folder, by their paths in it. */
const filesBelow = (folder: string): Map<string, string> =>
  new Map(
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .sort()
      .map((file) => [file.slice(folder.length + 1), readFileSync(file, "utf8")]),
  );

test("reapi/generated is what npm run reapi:types makes of reapi/proto", () => {
  const folder = mkdtempSync(join(tmpdir(), "nixbarn-types-"));
  try {
    const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
    const [program = "", ...args] = String(scripts["reapi:types"])
      .replace("reapi/generated", folder)
      .split(" ");
    const made = spawnSync(join(root, "node_modules/.bin", program), args, { cwd: root });
    expect(made.status).toBe(0);
    expect(filesBelow(folder)).toEqual(filesBelow(join(root, "reapi/generated")));
  } finally {
    rmSync(folder, { recursive: true });
  }
});
