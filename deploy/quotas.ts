import type { Environment } from "../config/schema.ts";

const SIZES: Readonly<Record<string, number>> = { medium: 1, large: 2, xlarge: 4 };
const METAL_VCPUS = 192;

/** vCPUs of an instance type, by the size in its name. */
export const vcpusOf = (instanceType: string): number => {
  const size = instanceType.split(".")[1] ?? "";
  const multiple = /^(\d+)xlarge$/.exec(size)?.[1];
  if (multiple !== undefined) return 4 * Number(multiple);
  return SIZES[size] ?? (size.startsWith("metal") ? METAL_VCPUS : 2);
};

/** The most vCPUs that an environment runs at a time. Quotas: L-1216C47A on demand, L-34B43A08 spot. */
export const neededVcpus = ({
  nixServer,
  cluster,
  buildbarn,
}: Environment): { readonly onDemand: number; readonly spot: number } => {
  const needed = {
    onDemand:
      vcpusOf(nixServer.instanceType) +
      cluster.systemNodes.max * vcpusOf(cluster.systemNodes.instanceType),
    spot: 0,
  };
  for (const { instanceTypes, nodes, spot } of buildbarn.pools) {
    const vcpus = Math.max(...instanceTypes.map(vcpusOf)) * Math.max(1, nodes.max);
    needed[spot ? "spot" : "onDemand"] += vcpus;
  }
  return needed;
};
