import { LineCounter, parseDocument } from "yaml";
import type { z } from "zod";
import { crossCheck, type Path } from "./cross-checks.ts";
import { type Fault, faultsOf, makeFault, valueAt } from "./faults.ts";
import { type Environment, environmentShape, resolveDefaults } from "./schema.ts";
import { schemaAt, unwrap } from "./schema-tree.ts";

export type ParseResult =
  | { readonly ok: true; readonly environment: Environment }
  | { readonly ok: false; readonly faults: readonly Fault[] };

const freeze = <T>(value: T): T => {
  if (typeof value === "object" && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const inner of Object.values(value)) freeze(inner);
  }
  return value;
};

const startsWith = (path: Path, start: Path): boolean =>
  start.every((part, index) => path[index] === part);

/** Puts the schema's example wherever zod found a fault; false where there is none to put. */
const standIn = (copy: unknown, issues: readonly z.core.$ZodIssue[]): boolean =>
  issues.every((issue) => {
    const path = issue.path.filter((part) => typeof part !== "symbol");
    const last = path.at(-1);
    const holder = valueAt(copy, issue.code === "unrecognized_keys" ? path : path.slice(0, -1));
    if (typeof holder !== "object" || holder === null) return false;
    if (issue.code === "unrecognized_keys") {
      return issue.keys.every((key) => Reflect.deleteProperty(holder, key));
    }
    if (last === undefined) return false;
    if (issue.code === "invalid_key") return Reflect.deleteProperty(holder, last);
    const schema = schemaAt(environmentShape, path);
    const example = schema === undefined ? undefined : unwrap(schema).example;
    return example !== undefined && Reflect.set(holder, last, structuredClone(example));
  });

/**
 * The relations between keys, checked as far as the file is sound: each faulty value is stood in for
 * by its example, and what a check says of such a value is dropped.
 */
const crossFaults = (raw: unknown, issues: readonly z.core.$ZodIssue[]): Fault[] => {
  const copy = structuredClone(raw);
  if (!standIn(copy, issues)) return [];
  const parsed = environmentShape.safeParse(copy);
  if (!parsed.success) return [];
  const faulty = issues.flatMap((issue) => {
    const path = issue.path.filter((part) => typeof part !== "symbol");
    return issue.code === "unrecognized_keys" ? issue.keys.map((key) => [...path, key]) : [path];
  });
  const isFaulty = (path: Path) =>
    faulty.some((bad) => startsWith(path, bad) || startsWith(bad, path));
  return crossCheck(parsed.data)
    .filter(({ reads }) => !reads.some(isFaulty))
    .map(({ path, message, remedy }) => makeFault(parsed.data, path, message, remedy));
};

/** Checks plain data against the schema and the relations between its keys: all faults, or the environment. */
export const parseEnvironment = (raw: unknown): ParseResult => {
  const parsed = environmentShape.safeParse(raw);
  const issues = parsed.success ? [] : parsed.error.issues;
  const faults = [...faultsOf(environmentShape, raw, issues), ...crossFaults(raw, issues)];
  if (!parsed.success || faults.length > 0) return { ok: false, faults };
  return { ok: true, environment: freeze(resolveDefaults(parsed.data)) };
};

/** The same for the text of an environment file; a fault of YAML's own syntax is told alone. */
export const parseEnvironmentText = (text: string): ParseResult => {
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter, prettyErrors: false, uniqueKeys: true });
  const faults = [...document.errors, ...document.warnings].map((error): Fault => {
    const { line, col } = lineCounter.linePos(error.pos[0]);
    return { path: [], text: `line ${line}, column ${col}: ${error.message}; correct the YAML` };
  });
  if (faults.length > 0) return { ok: false, faults };
  return parseEnvironment(document.toJS());
};
