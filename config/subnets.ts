import { type Cidr, formatCidr, host, parseCidr, subnet } from "./cidr.ts";

/** How the address range of the VPC is divided; the arithmetic's only input is the VPC's CIDR. */
export interface SubnetPlan {
  /** One for each zone: nodes and pods. An eighth of the VPC each. */
  readonly private: readonly string[];
  /** One for each zone: load balancer and NAT gateways. A 64th of the VPC each. */
  readonly public: readonly string[];
  /** The Nix server's own, in the first zone, so that nothing else can take its address. */
  readonly nixServer: string;
  /** The Nix server's fixed private address. */
  readonly nixServerAddress: string;
}

/** Six private eighths, then public 64ths in the seventh and the Nix server in the last eighth. */
export const MAX_ZONES = 6;
/** AWS's largest VPC. https://docs.aws.amazon.com/vpc/latest/userguide/vpc-cidr-blocks.html */
export const MIN_VPC_PREFIX = 16;
/** An ALB needs subnets of at least /27, which are a 64th of a /21. https://docs.aws.amazon.com/elasticloadbalancing/latest/application/application-load-balancers.html#subnets-load-balancer */
export const MAX_VPC_PREFIX = 21;
/** AWS keeps the first four addresses and the last one of each subnet. */
const NIX_SERVER_HOST = 10;

/**
 * Divides a VPC over its zones. Moving a subnet replaces all that is in it, so this layout is a
 * contract: it depends on the CIDR and the zone's position, never on how many zones there are.
 * @param vpc prefix MIN_VPC_PREFIX to MAX_VPC_PREFIX
 * @param zoneCount 1 to MAX_ZONES
 */
export const planSubnets = (vpc: Cidr, zoneCount: number): SubnetPlan => {
  const eighth = (index: number) => subnet(vpc, vpc.prefix + 3, index);
  const zones = Array.from({ length: zoneCount }, (_, index) => index);
  const nixServer = subnet(eighth(7), vpc.prefix + 6, 0);
  return {
    private: zones.map((zone) => formatCidr(eighth(zone))),
    public: zones.map((zone) => formatCidr(subnet(eighth(6), vpc.prefix + 6, zone))),
    nixServer: formatCidr(nixServer),
    nixServerAddress: host(nixServer, NIX_SERVER_HOST),
  };
};

/** The plan of an environment's network, zone by zone. */
export interface ZonePlan {
  readonly zones: readonly {
    readonly availabilityZone: string;
    readonly publicCidr: string;
    readonly privateCidr: string;
  }[];
  /** The Nix server's zone, which is also that of all nodes. */
  readonly storeZone: string;
  readonly nixServerCidr: string;
  readonly nixServerAddress: string;
}

/** Lays the subnets of a checked environment out over its zones. */
export const planNetwork = (network: {
  readonly cidr: string;
  readonly availabilityZones: readonly string[];
}): ZonePlan => {
  const vpc = parseCidr(network.cidr);
  const [storeZone] = network.availabilityZones;
  if (vpc === undefined || storeZone === undefined) {
    throw new RangeError(`${network.cidr} or its zones did not come out of parseEnvironment`);
  }
  const plan = planSubnets(vpc, network.availabilityZones.length);
  return {
    zones: network.availabilityZones.map((availabilityZone, index) => ({
      availabilityZone,
      publicCidr: at(plan.public, index),
      privateCidr: at(plan.private, index),
    })),
    storeZone,
    nixServerCidr: plan.nixServer,
    nixServerAddress: plan.nixServerAddress,
  };
};

const at = (items: readonly string[], index: number): string => {
  const item = items[index];
  if (item === undefined) throw new RangeError(`no subnet number ${index}`);
  return item;
};
