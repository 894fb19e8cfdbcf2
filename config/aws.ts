/** Facts about AWS that the environment file is checked against, each with its source. */

/** Regions with EKS. https://docs.aws.amazon.com/general/latest/gr/eks.html (2026-11) */
export const REGIONS: readonly string[] = [
  "af-south-1",
  "ap-east-1",
  "ap-east-2",
  "ap-northeast-1",
  "ap-northeast-2",
  "ap-northeast-3",
  "ap-south-1",
  "ap-south-2",
  "ap-southeast-1",
  "ap-southeast-2",
  "ap-southeast-3",
  "ap-southeast-4",
  "ap-southeast-5",
  "ap-southeast-6",
  "ap-southeast-7",
  "ca-central-1",
  "ca-west-1",
  "eu-central-1",
  "eu-central-2",
  "eu-north-1",
  "eu-south-1",
  "eu-south-2",
  "eu-west-1",
  "eu-west-2",
  "eu-west-3",
  "il-central-1",
  "me-central-1",
  "me-south-1",
  "mx-central-1",
  "sa-east-1",
  "us-east-1",
  "us-east-2",
  "us-west-1",
  "us-west-2",
];

/** Regions where new accounts do not see both zones a and b. https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-availability-zones.html */
const ZONE_LETTERS: Readonly<Record<string, readonly string[]>> = {
  "ap-northeast-1": ["a", "c"],
  "us-west-1": ["a", "c"],
};

/** The two zones that a deployment uses unless it names others. */
export const defaultZones = (region: string): string[] =>
  (ZONE_LETTERS[region] ?? ["a", "b"]).map((letter) => `${region}${letter}`);

export type Architecture = "amd64" | "arm64";

/** Graviton types have a "g" right after the generation's digit, or are a1. https://docs.aws.amazon.com/ec2/latest/instancetypes/instance-type-names.html */
export const instanceArchitecture = (instanceType: string): Architecture =>
  /^(a1|[a-z]+\d+g[a-z-]*)\./.test(instanceType) ? "arm64" : "amd64";

/** Shape of an instance type. @example "m7i.xlarge", "c7i-flex.large", "u-6tb1.112xlarge" */
export const INSTANCE_TYPE =
  /^[a-z][a-z0-9-]*\.(nano|micro|small|medium|(\d+)?x?large|metal(-\d+xl)?)$/;

/** Kubernetes' services; the VPC must not overlap it. https://docs.aws.amazon.com/eks/latest/userguide/network-reqs.html */
export const SERVICE_CIDR = "172.20.0.0/16";

/** gp3 volumes. https://docs.aws.amazon.com/ebs/latest/userguide/general-purpose.html#gp3-ebs-volume-type (2025-09) */
export const GP3 = {
  maxSizeGiB: 65_536,
  minIops: 3000,
  maxIops: 80_000,
  maxIopsPerGiB: 500,
  minThroughputMiBps: 125,
  maxThroughputMiBps: 2000,
  maxThroughputMiBpsPerIops: 0.25,
} as const;

/** CloudWatch's retention periods. https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html */
export const LOG_RETENTION_DAYS: readonly number[] = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288,
  3653,
];
