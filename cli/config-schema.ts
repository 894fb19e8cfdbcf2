/** `npm run config:schema`: writes what is generated from the environment file's schema. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { renderReference, renderSchema } from "../config/reference.ts";

const root = join(import.meta.dirname, "..");

for (const [file, render] of [
  ["environments/schema.json", renderSchema],
  ["docs/configuration.md", renderReference],
] as const) {
  writeFileSync(join(root, file), render());
  console.log(`wrote ${file}`);
}
