import type { Architecture } from "./aws.ts";

/** ISA values as in Bazel's remote execution samples and in Buildbarn's deployments. */
const ISA = { amd64: "x86-64", arm64: "aarch64" } as const;

/** What Nix calls them. */
export const NIX_SYSTEMS = { amd64: "x86_64-linux", arm64: "aarch64-linux" } as const;

/** What an action must carry to run on a pool: exactly these properties, by name. */
export const poolPlatform = (pool: {
  readonly name: string;
  readonly architecture: Architecture;
  readonly platform: Readonly<Record<string, string>>;
}): Record<string, string> => {
  const properties = { OSFamily: "linux", ISA: ISA[pool.architecture], ...pool.platform };
  return Object.fromEntries(Object.entries(properties).sort(([a], [b]) => (a < b ? -1 : 1)));
};

/** Bazel's own names of the architectures. https://github.com/bazelbuild/platforms */
const CPU = { amd64: "x86_64", arm64: "aarch64" } as const;

/** What a pool offers, in Bazel's words; the last says that Nix's paths are there. */
export const poolConstraints = (pool: {
  readonly architecture: Architecture;
}): readonly string[] => [
  "@platforms//os:linux",
  `@platforms//cpu:${CPU[pool.architecture]}`,
  "@rules_nixpkgs_core//constraints:support_nix",
];
