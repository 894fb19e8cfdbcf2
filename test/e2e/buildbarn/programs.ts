import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";

/** Where a program is: in BUILDBARN_BIN, else on PATH; undefined when nowhere. */
export const programPath = (name: string): string | undefined =>
  [process.env["BUILDBARN_BIN"] ?? "", ...(process.env["PATH"] ?? "").split(delimiter)]
    .filter((folder) => folder !== "")
    .map((folder) => join(folder, name))
    .find((file) => existsSync(file));
