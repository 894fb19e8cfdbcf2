import { cpSync, mkdtempSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const root = join(import.meta.dirname, "..", "..");
const PARTS = [
  "main.ts",
  "cdktf.json",
  "cli",
  "config",
  "stacks",
  "constructs",
  "buildbarn",
  "charts",
  "helm-values",
  "nix-server",
  "environments",
  "package.json",
  "tsconfig.json",
];

/** Copies all that `npm run synth` reads into a new folder, so that the checkout stays as it is. */
export const copyProgram = (): string => {
  const copy = mkdtempSync(join(tmpdir(), "nixbarn-program-"));
  for (const part of PARTS) cpSync(join(root, part), join(copy, part), { recursive: true });
  symlinkSync(join(root, "node_modules"), join(copy, "node_modules"));
  return copy;
};
