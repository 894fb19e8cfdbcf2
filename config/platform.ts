/** ISA values as in Bazel's remote execution samples and in Buildbarn's deployments. */
const ISA = { amd64: "x86-64", arm64: "aarch64" } as const;

/** What an action must carry to run on a pool: exactly these properties, by name. */
export const poolPlatform = (pool: {
  readonly name: string;
  readonly architecture: keyof typeof ISA;
  readonly platform: Readonly<Record<string, string>>;
}): Record<string, string> => {
  const properties = { OSFamily: "linux", ISA: ISA[pool.architecture], ...pool.platform };
  return Object.fromEntries(Object.entries(properties).sort(([a], [b]) => (a < b ? -1 : 1)));
};
