import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { renderReference, renderSchema } from "../../config/reference.ts";

const read = (file: string): string =>
  readFileSync(join(import.meta.dirname, "..", "..", file), "utf8");

test.each([
  ["environments/schema.json", renderSchema],
  ["docs/configuration.md", renderReference],
])("%s is what the schema says; if not, run `npm run config:schema`", (file, render) => {
  expect(render().split("\n")).toEqual(read(file).split("\n"));
});

test("the reference tells every key of the schema with a meaning", () => {
  const rows = renderReference()
    .split("\n")
    .filter((line) => line.startsWith("| `"));
  expect(rows.length).toBeGreaterThan(70);
  expect(rows.filter((row) => / \| +\|$/.test(row))).toEqual([]);
});
