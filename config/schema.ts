import { z } from "zod";
import { type Architecture, defaultZones } from "./aws.ts";
import { access } from "./sections/access.ts";
import { buildbarn } from "./sections/buildbarn.ts";
import { cluster } from "./sections/cluster.ts";
import { domain } from "./sections/domain.ts";
import { name, region, state, tags } from "./sections/general.ts";
import { network } from "./sections/network.ts";
import { nixServer } from "./sections/nix-server.ts";

/** The shape of an environment file. Each key stands in the section file of its first word. */
export const environmentShape = z.strictObject({
  name,
  region,
  tags,
  state,
  network,
  domain,
  access,
  nixServer,
  cluster,
  buildbarn,
});

/** An environment file with its plain defaults filled in. */
export type EnvironmentFile = z.output<typeof environmentShape>;

const DEFAULT_INSTANCE_TYPES: Readonly<
  Record<"nixServer" | "systemNodes" | "pool", Readonly<Record<Architecture, string>>>
> = {
  nixServer: { amd64: "m7i.xlarge", arm64: "m7g.xlarge" },
  systemNodes: { amd64: "m7i.large", arm64: "m7g.large" },
  pool: { amd64: "c7i.2xlarge", arm64: "c7g.2xlarge" },
};

/** Fills in the defaults that depend on other keys. */
export const resolveDefaults = (file: EnvironmentFile) => ({
  ...file,
  network: {
    ...file.network,
    availabilityZones: file.network.availabilityZones ?? defaultZones(file.region),
  },
  nixServer: {
    ...file.nixServer,
    instanceType:
      file.nixServer.instanceType ?? DEFAULT_INSTANCE_TYPES.nixServer[file.nixServer.architecture],
  },
  cluster: {
    ...file.cluster,
    systemNodes: {
      ...file.cluster.systemNodes,
      instanceType:
        file.cluster.systemNodes.instanceType ??
        DEFAULT_INSTANCE_TYPES.systemNodes[file.cluster.systemNodes.architecture],
    },
  },
  buildbarn: {
    ...file.buildbarn,
    pools: file.buildbarn.pools.map((pool) => ({
      ...pool,
      instanceTypes: pool.instanceTypes ?? [DEFAULT_INSTANCE_TYPES.pool[pool.architecture]],
    })),
  },
});

type DeepReadonly<T> = T extends readonly (infer Item)[]
  ? readonly DeepReadonly<Item>[]
  : T extends object
    ? { readonly [Key in keyof T]: DeepReadonly<T[Key]> }
    : T;

/** One deployment, complete and checked: the only input of every stack. */
export type Environment = DeepReadonly<ReturnType<typeof resolveDefaults>>;
export type Pool = Environment["buildbarn"]["pools"][number];
export type ApiKey = Environment["access"]["apiKeys"][number];
