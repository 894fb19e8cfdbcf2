import { z } from "zod";
import type { Path } from "./path.ts";

type Schema = z.core.$ZodType;

/** The schema inside defaults and optionals, and the example that any layer carries. */
export const unwrap = (schema: Schema): { schema: Schema; example: unknown } => {
  const example = z.globalRegistry.get(schema)?.["example"];
  if (
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodPrefault ||
    schema instanceof z.ZodOptional
  ) {
    const inner = unwrap(schema.unwrap());
    return { schema: inner.schema, example: example ?? inner.example };
  }
  return { schema, example };
};

const child = (schema: Schema, part: string | number): Schema | undefined => {
  const inner = unwrap(schema).schema;
  if (inner instanceof z.ZodObject) return inner.shape[part];
  if (inner instanceof z.ZodArray) return inner.element;
  if (inner instanceof z.ZodRecord) return inner.valueType;
  return undefined;
};

/** The schema of the value at `path`; undefined when the schema knows no such key. */
export const schemaAt = (schema: Schema, path: Path): Schema | undefined =>
  path.reduce<Schema | undefined>(
    (at, part) => (at === undefined ? undefined : child(at, part)),
    schema,
  );

/** The keys that an object schema knows at `path`; empty when there is no object. */
export const keysAt = (schema: Schema, path: Path): string[] => {
  const at = schemaAt(schema, path);
  const inner = at === undefined ? undefined : unwrap(at).schema;
  return inner instanceof z.ZodObject ? Object.keys(inner.shape) : [];
};
