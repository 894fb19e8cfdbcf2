import type { Environment } from "./schema.ts";
import { ROOT_DISK_GIB } from "./sections/nix-server.ts";

/** One part of a deployment, and what it costs while nobody builds. */
export interface CostLine {
  readonly stack: string;
  readonly what: string;
  /** US dollars a month; undefined for an instance type whose price is not known here. */
  readonly usd: number | undefined;
}

const HOURS = 730;

/**
 * On-demand dollars an hour of a family's size "large", us-east-1, 2026-11; other sizes are multiples.
 * https://aws.amazon.com/ec2/pricing/on-demand/
 */
const LARGE_USD_AN_HOUR: Readonly<Record<string, number>> = {
  ...{ c6i: 0.085, c6g: 0.068, c7i: 0.08925, c7g: 0.0725, c7a: 0.1026, c8g: 0.0798 },
  ...{ m6i: 0.096, m6g: 0.077, m7i: 0.1008, m7g: 0.0816, m7a: 0.1159, m8g: 0.0898 },
  ...{ r6i: 0.126, r7i: 0.1323, r7g: 0.1071, t3: 0.0832, t4g: 0.0672 },
};

/** Other list prices, us-east-1, 2026-11, in dollars a month unless it says otherwise. */
const USD = {
  /** https://aws.amazon.com/vpc/pricing/ */
  natGateway: 0.045 * HOURS,
  publicAddress: 0.005 * HOURS,
  /** https://aws.amazon.com/eks/pricing/ */
  controlPlane: 0.1 * HOURS,
  /** https://aws.amazon.com/elasticloadbalancing/pricing/ */
  loadBalancer: 0.0225 * HOURS,
  /** https://aws.amazon.com/secrets-manager/pricing/ and https://aws.amazon.com/kms/pricing/ */
  secret: 0.4,
  encryptionKey: 1,
  /** https://aws.amazon.com/ebs/pricing/: gp3, above 3000 IOPS and 125 MiB/s */
  gp3GiB: 0.08,
  gp3Iops: 0.005,
  gp3MiBps: 0.04,
} as const;

const GP3_INCLUDED = { iops: 3000, throughputMiBps: 125 };

/** Dollars an hour, on demand; undefined for a family that is not in the list. */
export const hourlyUsd = (instanceType: string): number | undefined => {
  const [family = "", size = ""] = instanceType.split(".");
  const large = LARGE_USD_AN_HOUR[family];
  const multiple = size === "large" ? 1 : /^(\d*)xlarge$/.exec(size)?.[1];
  if (large === undefined || multiple === undefined) return undefined;
  return multiple === 1 ? large : large * 2 * Number(multiple || 1);
};

const sum = (...parts: readonly (number | undefined)[]): number | undefined =>
  parts.reduce<number | undefined>(
    (total, part) => (total === undefined || part === undefined ? undefined : total + part),
    0,
  );

const monthly = (instanceType: string, count = 1): number | undefined => {
  const usd = hourlyUsd(instanceType);
  return usd === undefined ? undefined : usd * HOURS * count;
};

/** Rough list prices of an environment while nobody builds; other regions are up to a fifth dearer. */
export const monthlyCost = (environment: Environment): readonly CostLine[] => {
  const { network, nixServer, cluster, access, buildbarn } = environment;
  const gateways = network.nat === "single" ? 1 : network.availabilityZones.length;
  const { sizeGiB, iops, throughputMiBps } = nixServer.volume;
  const volume =
    sizeGiB * USD.gp3GiB +
    Math.max(0, iops - GP3_INCLUDED.iops) * USD.gp3Iops +
    Math.max(0, throughputMiBps - GP3_INCLUDED.throughputMiBps) * USD.gp3MiBps;
  const { instanceType, min, diskGiB } = cluster.systemNodes;
  const zones = network.availabilityZones.length;
  const keys = access.apiKeys.reduce(
    (count, key) => count + (key.previousValidUntil === undefined ? 1 : 2),
    0,
  );
  return [
    {
      stack: "network",
      what: `${gateways} NAT gateway${gateways === 1 ? "" : "s"}`,
      usd: gateways * (USD.natGateway + USD.publicAddress),
    },
    {
      stack: "nix-server",
      what: `${nixServer.instanceType}, ${sizeGiB} GiB for /nix`,
      usd: sum(
        monthly(nixServer.instanceType),
        volume + ROOT_DISK_GIB * USD.gp3GiB,
        nixServer.public ? USD.publicAddress : 0,
      ),
    },
    {
      stack: "cluster",
      what: `EKS, ${min} × ${instanceType}`,
      usd: sum(
        monthly(instanceType, min),
        USD.controlPlane + USD.encryptionKey + min * diskGiB * USD.gp3GiB,
      ),
    },
    {
      stack: "ingress",
      what: `load balancer, ${keys} API keys`,
      usd: USD.loadBalancer + zones * USD.publicAddress + keys * USD.secret,
    },
    {
      stack: "buildbarn",
      what: `${buildbarn.storage.sizeGiB} GiB of storage`,
      usd: buildbarn.storage.sizeGiB * USD.gp3GiB,
    },
    ...buildbarn.pools.map((pool) => {
      const [type = ""] = pool.instanceTypes;
      const nodes = Math.max(1, pool.nodes.min);
      return {
        stack: "buildbarn",
        what: `pool ${pool.name}: ${nodes} × ${type}${pool.spot ? ", on demand; spot is 50 to 70 % less" : ""}`,
        usd: sum(monthly(type, nodes), nodes * pool.diskGiB * USD.gp3GiB),
      };
    }),
  ];
};
