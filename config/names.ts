import { createHash } from "node:crypto";

/** AWS's and Kubernetes' limits on the lengths of names, each with its source. */
export const NAME_LIMITS = {
  /** https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateLoadBalancer.html */
  loadBalancer: 32,
  /** https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateTargetGroup.html */
  targetGroup: 32,
  /** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
  role: 64,
  /** https://docs.aws.amazon.com/eks/latest/APIReference/API_CreateNodegroup.html */
  nodeGroup: 63,
  /** https://docs.aws.amazon.com/eks/latest/APIReference/API_CreateCluster.html */
  cluster: 100,
} as const;

const HASH_LENGTH = 6;

/** `name` itself if short enough, else its start and a hash of the whole, so that it stays unique. */
export const fitName = (name: string, limit: number): string => {
  if (name.length <= limit) return name;
  const hash = createHash("sha256").update(name).digest("hex").slice(0, HASH_LENGTH);
  return `${name.slice(0, limit - HASH_LENGTH - 1).replace(/-+$/, "")}-${hash}`;
};

/** The six stacks, in the order in which they are deployed. */
export const STACKS = [
  "network",
  "nix-server",
  "cluster",
  "ingress",
  "platform",
  "buildbarn",
] as const;
export type StackName = (typeof STACKS)[number];

/** The id of a stack in `cdktf deploy`. Two environments never share one, nor its Terraform folder. */
export const stackId = (environment: string, stack: StackName): string => `${environment}-${stack}`;

/**
 * The physical names of one environment: plain strings that follow from its name alone, so that
 * a stack can name what another one made without asking Terraform.
 */
export const namesOf = (environment: string) => {
  const prefix = `nixbarn-${environment}`;
  return {
    prefix,
    cluster: fitName(prefix, NAME_LIMITS.cluster),
    loadBalancer: fitName(prefix, NAME_LIMITS.loadBalancer),
    targetGroup: fitName(`${prefix}-grpc`, NAME_LIMITS.targetGroup),
    systemNodeGroup: fitName(`${prefix}-system`, NAME_LIMITS.nodeGroup),
    workerNodeGroup: (pool: string) => fitName(`${prefix}-worker-${pool}`, NAME_LIMITS.nodeGroup),
    role: (purpose: string) => fitName(`${prefix}-${purpose}`, NAME_LIMITS.role),
    apiKeySecret: (key: string, generation: number) =>
      `nixbarn/${environment}/api-keys/${key}/${generation}`,
  };
};

/** Tags of every AWS resource of an environment, beside the user's own. */
export const tagsOf = (environment: string): Record<string, string> => ({
  "nixbarn:environment": environment,
  "nixbarn:managed-by": "cdktf",
});

/** Kubernetes' label and taint key of a worker pool's nodes; its value is the pool's name. */
export const POOL_LABEL = "nixbarn/pool";

/** Kubernetes namespace of all that is ours. */
export const NAMESPACE = "nixbarn";
/** Storage class of Buildbarn's volumes: encrypted gp3. */
export const STORAGE_CLASS = "nixbarn-gp3";
