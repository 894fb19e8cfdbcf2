import { LineCounter, parseDocument } from "yaml";
import type { z } from "zod";
import { crossCheck } from "./cross-checks.ts";
import { type Fault, faultsOf, makeFault } from "./faults.ts";
import { type Path, pathOf, related, valueAt } from "./path.ts";
import {
  type Environment,
  type EnvironmentFile,
  environmentShape,
  resolveDefaults,
} from "./schema.ts";
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

/** Puts the schema's example wherever zod found a fault; false where there is none to put. */
const standIn = (copy: unknown, issues: readonly z.core.$ZodIssue[]): boolean =>
  issues.every((issue) => {
    const path = pathOf(issue);
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

/** What is faulty by itself. */
const faultyPaths = (issues: readonly z.core.$ZodIssue[]): Path[] =>
  issues.flatMap((issue) =>
    issue.code === "unrecognized_keys"
      ? issue.keys.map((key) => [...pathOf(issue), key])
      : [pathOf(issue)],
  );

/** The file with its faulty values stood in for by examples; undefined where that does not mend it. */
const mended = (raw: unknown, issues: readonly z.core.$ZodIssue[]): EnvironmentFile | undefined => {
  const copy = structuredClone(raw);
  return standIn(copy, issues) ? environmentShape.safeParse(copy).data : undefined;
};

/** The relations between keys; what a check says of a faulty value is dropped. */
const crossFaults = (file: EnvironmentFile, faulty: readonly Path[]): Fault[] =>
  crossCheck(file)
    .filter(({ reads }) => !reads.some((read) => faulty.some((bad) => related(read, bad))))
    .map(({ path, message, remedy }) => makeFault(file, path, message, remedy));

/** Checks plain data against the schema and the relations between its keys: all faults, or the environment. */
export const parseEnvironment = (raw: unknown): ParseResult => {
  const parsed = environmentShape.safeParse(raw);
  const issues = parsed.error?.issues ?? [];
  const file = parsed.success ? parsed.data : mended(raw, issues);
  const faults = [
    ...faultsOf(environmentShape, raw, issues),
    ...(file === undefined ? [] : crossFaults(file, faultyPaths(issues))),
  ];
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
