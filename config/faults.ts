import type { z } from "zod";
import { formatPath, type Path, pathOf, valueAt } from "./path.ts";
import { keysAt, schemaAt, unwrap } from "./schema-tree.ts";

/** One thing that is wrong in an environment file. */
export interface Fault {
  readonly path: Path;
  /** `path: what is wrong, got what stands there; what to do` */
  readonly text: string;
}

const MAX_SHOWN = 60;

/** A value as it is shown in a message: short, and never anything that could be a private key. */
const show = (value: unknown): string => {
  if (value === undefined) return "nothing";
  const text = JSON.stringify(value);
  if (text.includes("PRIVATE KEY")) return "a private key (not shown)";
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text;
};

export const makeFault = (
  raw: unknown,
  path: Path,
  message: string,
  remedy: string | undefined,
): Fault => ({
  path,
  text: `${formatPath(path) || "the file"}: ${message}, got ${show(valueAt(raw, path))}${remedy === undefined ? "" : `; ${remedy}`}`,
});

const editDistance = (a: string, b: string): number => {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, substitution));
    }
    row = next;
  }
  return row[b.length] ?? 0;
};

const unknownKey = (schema: z.core.$ZodType, path: Path, key: string): Fault => {
  const known = keysAt(schema, path);
  const near = known.find((name) => editDistance(name.toLowerCase(), key.toLowerCase()) <= 2);
  const remedy =
    near === undefined ? `the keys here are ${known.join(", ")}` : `did you mean ${near}`;
  return {
    path: [...path, key],
    text: `${formatPath([...path, key])}: is not a known key; ${remedy}`,
  };
};

const TYPE_MESSAGES: Readonly<Record<string, string>> = {
  object: "must be a mapping of keys to values",
  record: "must be a mapping of keys to values",
  array: "must be a list",
  string: "must be text; put quotes around it if it looks like a number or a date",
};

/** Turns what zod found into faults in the terms of the file. */
export const faultsOf = (
  schema: z.core.$ZodType,
  raw: unknown,
  issues: readonly z.core.$ZodIssue[],
): Fault[] =>
  issues.flatMap((issue): Fault[] => {
    const path = pathOf(issue);
    if (issue.code === "unrecognized_keys") {
      return issue.keys.map((key) => unknownKey(schema, path, key));
    }
    if (issue.code === "invalid_key") {
      return [
        makeFault(
          raw,
          path,
          issue.issues[0]?.message ?? "has a key that is not allowed",
          undefined,
        ),
      ];
    }
    const at = schemaAt(schema, path);
    const example = at === undefined ? undefined : unwrap(at).example;
    const exampleText = example === undefined ? undefined : JSON.stringify(example);
    if (valueAt(raw, path) === undefined && path.length > 0) {
      return [
        {
          path,
          text: `${formatPath(path)}: is missing; add it, for example ${path.at(-1)}: ${exampleText}`,
        },
      ];
    }
    const typeMessage =
      issue.code === "invalid_type" && issue.message.startsWith("Invalid input")
        ? TYPE_MESSAGES[issue.expected]
        : undefined;
    const own = issue.code === "custom" ? issue.params?.["remedy"] : undefined;
    const remedy = typeof own === "string" ? own : exampleText && `for example ${exampleText}`;
    return [makeFault(raw, path, typeMessage ?? issue.message, remedy)];
  });
