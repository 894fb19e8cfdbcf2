/** Keys and list positions from the top of an environment file. */
export type Path = readonly (string | number)[];

/** `buildbarn.pools[0].name` */
export const formatPath = (path: Path): string =>
  path.reduce<string>(
    (text, part) =>
      typeof part === "number" ? `${text}[${part}]` : text === "" ? part : `${text}.${part}`,
    "",
  );

/** The value at `path`; undefined when there is none. */
export const valueAt = (value: unknown, path: Path): unknown =>
  path.reduce<unknown>(
    (at, part) => (typeof at === "object" && at !== null ? Reflect.get(at, part) : undefined),
    value,
  );

/** True when one path is the other or leads to it. */
export const related = (a: Path, b: Path): boolean => {
  const length = Math.min(a.length, b.length);
  return a.slice(0, length).every((part, index) => part === b[index]);
};

/** The path of something that zod found; YAML has no symbols for keys. */
export const pathOf = (issue: { readonly path: readonly PropertyKey[] }): Path =>
  issue.path.filter((part) => typeof part !== "symbol");
