import { GP3, instanceArchitecture, SERVICE_CIDR } from "./aws.ts";
import { overlaps, parseCidr } from "./cidr.ts";
import { BASE_CONFIG } from "./login.ts";
import { formatPath, type Path } from "./path.ts";
import { poolPlatform } from "./platform.ts";
import type { EnvironmentFile } from "./schema.ts";
import { MIN_SHARD_GIB } from "./sections/buildbarn.ts";
import { sshKeyIdentity } from "./ssh-key.ts";
import { MAX_VPC_PREFIX, MAX_ZONES, MIN_VPC_PREFIX } from "./subnets.ts";

export interface CrossFault {
  readonly path: Path;
  readonly message: string;
  readonly remedy: string;
  /** What the check read: when one of these is faulty by itself, this fault says nothing. */
  readonly reads: readonly Path[];
}

/** @param reads default: `path` alone */
type Report = (path: Path, message: string, remedy: string, reads?: readonly Path[]) => void;

/** Reports every value that stands a second time, at its second place. */
const unique = (
  values: readonly { path: Path; value: unknown; reads?: readonly Path[] }[],
  what: string,
  report: Report,
) => {
  const first = new Map<string, (typeof values)[number]>();
  for (const item of values) {
    const text = JSON.stringify(item.value);
    const earlier = first.get(text);
    if (earlier === undefined) {
      first.set(text, item);
      continue;
    }
    const reads = [item, earlier].flatMap(({ path, reads }) => reads ?? [path]);
    report(
      item.path,
      `is the same ${what} as ${formatPath(earlier.path)}`,
      "give each its own",
      reads,
    );
  }
};

const checkNetwork = ({ region, network }: EnvironmentFile, report: Report) => {
  const zones = network.availabilityZones;
  const path = ["network", "availabilityZones"];
  if (zones !== undefined) {
    if (zones.length < 2 || zones.length > MAX_ZONES) {
      report(path, `must have 2 to ${MAX_ZONES} zones`, "EKS and the load balancer need two");
    }
    zones.forEach((zone, index) => {
      if (zone.slice(0, -1) !== region) {
        report(
          [...path, index],
          `must be a zone of region ${region}`,
          `use ${region}a or another of its zones`,
          [["region"], [...path, index]],
        );
      }
    });
    unique(
      zones.map((value, index) => ({ path: [...path, index], value })),
      "zone",
      report,
    );
  }
  const vpc = parseCidr(network.cidr);
  const services = parseCidr(SERVICE_CIDR);
  if (vpc === undefined || services === undefined) return;
  if (vpc.prefix < MIN_VPC_PREFIX || vpc.prefix > MAX_VPC_PREFIX) {
    report(
      ["network", "cidr"],
      `must be a /${MIN_VPC_PREFIX} to /${MAX_VPC_PREFIX}, so that the subnets of ${MAX_ZONES} zones fit and AWS allows it`,
      "for example 10.40.0.0/16",
    );
  }
  if (overlaps(vpc, services)) {
    report(
      ["network", "cidr"],
      `must not overlap ${SERVICE_CIDR}, which Kubernetes' services use`,
      "take a range in 10.0.0.0/8",
    );
  }
};

const checkDomain = ({ domain, region }: EnvironmentFile, report: Report) => {
  if (domain.hostedZoneId === undefined && domain.certificateArn === undefined) {
    report(
      ["domain"],
      "must have hostedZoneId, certificateArn or both",
      "without a hosted zone, give an issued certificate",
    );
  }
  const certificateRegion = domain.certificateArn?.split(":")[3];
  if (certificateRegion !== undefined && certificateRegion !== region) {
    report(
      ["domain", "certificateArn"],
      `must be in region ${region}, like its load balancer`,
      "request or import the certificate there",
      [["region"], ["domain", "certificateArn"]],
    );
  }
};

const checkAccess = ({ access: { apiKeys } }: EnvironmentFile, report: Report) => {
  const path = ["access", "apiKeys"];
  unique(
    apiKeys.map((key, index) => ({ path: [...path, index, "name"], value: key.name })),
    "name",
    report,
  );
  apiKeys.forEach((key, index) => {
    if (key.previousValidUntil !== undefined && key.generation === 1) {
      report(
        [...path, index, "previousValidUntil"],
        "makes no sense for generation 1, which has no previous one",
        "raise generation to 2 to rotate, or remove this key",
      );
    }
  });
};

const checkNixServer = ({ nixServer }: EnvironmentFile, report: Report) => {
  const { volume } = nixServer;
  const at = (key: string) => ["nixServer", "volume", key];
  if (volume.iops > volume.sizeGiB * GP3.maxIopsPerGiB) {
    report(
      at("iops"),
      `must be at most ${GP3.maxIopsPerGiB} for each GiB, which is ${volume.sizeGiB * GP3.maxIopsPerGiB}`,
      "lower it or raise nixServer.volume.sizeGiB",
      [at("iops"), at("sizeGiB")],
    );
  }
  if (volume.throughputMiBps > volume.iops * GP3.maxThroughputMiBpsPerIops) {
    report(
      at("throughputMiBps"),
      `must be at most a quarter of nixServer.volume.iops, which is ${volume.iops * GP3.maxThroughputMiBpsPerIops}`,
      "lower it or raise the IOPS",
      [at("throughputMiBps"), at("iops")],
    );
  }
  for (const role of ["admins", "clients"] as const) {
    unique(
      nixServer[role].map(({ name }, index) => ({
        path: ["nixServer", role, index, "name"],
        value: name,
      })),
      "name",
      report,
    );
  }
  const keys = (["admins", "clients"] as const).flatMap((role) =>
    nixServer[role].map(({ publicKey }, index) => ({
      path: ["nixServer", role, index, "publicKey"],
      value: sshKeyIdentity(publicKey),
    })),
  );
  unique(keys, "key", report);
  checkInstanceType(["nixServer"], nixServer, report);
};

/** Reports an instance type whose processors are not of the architecture that stands beside it. */
const checkInstanceType = (
  path: Path,
  at: { architecture: string; instanceType?: string | undefined },
  report: Report,
  typePath: Path = [...path, "instanceType"],
) => {
  if (at.instanceType === undefined) return;
  const actual = instanceArchitecture(at.instanceType);
  if (actual !== at.architecture) {
    report(
      typePath,
      `must be a type with ${at.architecture} processors, but ${at.instanceType} has ${actual}`,
      `take another type or set ${formatPath([...path, "architecture"])}: ${actual}`,
      [typePath, [...path, "architecture"]],
    );
  }
};

const checkCluster = (
  { cluster: { systemNodes, adminRoleArns } }: EnvironmentFile,
  report: Report,
) => {
  const at = (key: string) => ["cluster", "systemNodes", key];
  checkInstanceType(["cluster", "systemNodes"], systemNodes, report);
  if (systemNodes.max < systemNodes.min) {
    report(at("max"), `must not be less than min, which is ${systemNodes.min}`, "raise it", [
      at("min"),
      at("max"),
    ]);
  }
  unique(
    adminRoleArns.map((value, index) => ({ path: ["cluster", "adminRoleArns", index], value })),
    "role",
    report,
  );
};

const checkPools = ({ buildbarn: { pools, storage } }: EnvironmentFile, report: Report) => {
  const base = ["buildbarn", "pools"];
  pools.forEach((pool, index) => {
    const path = [...base, index];
    pool.instanceTypes?.forEach((instanceType, position) => {
      checkInstanceType(path, { architecture: pool.architecture, instanceType }, report, [
        ...path,
        "instanceTypes",
        position,
      ]);
    });
    if (pool.nodes.max < pool.nodes.min) {
      report(
        [...path, "nodes", "max"],
        `must not be less than min, which is ${pool.nodes.min}`,
        "raise it",
        [[...path, "nodes"]],
      );
    }
    if (pool.actionTimeoutSec.max < pool.actionTimeoutSec.default) {
      report(
        [...path, "actionTimeoutSec", "max"],
        `must not be less than default, which is ${pool.actionTimeoutSec.default}`,
        "raise it",
        [[...path, "actionTimeoutSec"]],
      );
    }
    if (pool.name === BASE_CONFIG) {
      report(
        [...path, "name"],
        "is what the client bundle calls the settings that all pools share",
        "take another name, as linux-amd64",
      );
    }
    for (const property of ["OSFamily", "ISA"]) {
      if (pool.platform[property] !== undefined) {
        report(
          [...path, "platform", property],
          "is set by nixbarn from the pool itself",
          "remove it",
        );
      }
    }
  });
  unique(
    pools.map(({ name }, index) => ({ path: [...base, index, "name"], value: name })),
    "name",
    report,
  );
  unique(
    pools.map((pool, index) => ({
      path: [...base, index, "platform"],
      value: poolPlatform(pool),
      reads: [
        [...base, index, "platform"],
        [...base, index, "architecture"],
      ],
    })),
    "platform (architecture and properties)",
    report,
  );
  if (storage.sizeGiB / storage.shards < MIN_SHARD_GIB) {
    report(
      ["buildbarn", "storage", "shards"],
      `must leave at least ${MIN_SHARD_GIB} GiB for each shard of ${storage.sizeGiB} GiB`,
      "use fewer shards or a larger sizeGiB",
      [["buildbarn", "storage"]],
    );
  }
};

const CHECKS = [checkNetwork, checkDomain, checkAccess, checkNixServer, checkCluster, checkPools];

/** Everything that one key alone cannot tell: relations between keys of a file of the right shape. */
export const crossCheck = (file: EnvironmentFile): CrossFault[] => {
  const faults: CrossFault[] = [];
  for (const check of CHECKS) {
    check(file, (path, message, remedy, reads = [path]) => {
      faults.push({ path, message, remedy, reads });
    });
  }
  return faults;
};
