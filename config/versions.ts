/**
 * Every version that nixbarn decides, each with its source and the day it was looked up. Providers
 * and libraries are pinned in package.json instead.
 */

/**
 * Kubernetes versions in EKS's standard support on 2026-11-23; 1.34 leaves it on 2026-12-02.
 * https://docs.aws.amazon.com/eks/latest/userguide/kubernetes-versions.html
 */
export const KUBERNETES_VERSIONS = ["1.35", "1.36"] as const;
export const DEFAULT_KUBERNETES_VERSION = "1.36";

/** The oldest Terraform with the S3 backend's lock file generally available. https://github.com/hashicorp/terraform/releases/tag/v1.11.0 */
export const TERRAFORM_VERSION_CONSTRAINT = ">= 1.11.0";

/**
 * Debian 13's images, by the project's own AWS account and naming.
 * https://wiki.debian.org/Cloud/AmazonEC2Image/Trixie
 */
export const DEBIAN_IMAGE = {
  ownerId: "136693071363",
  namePrefix: "debian-13",
  login: "admin",
  rootDeviceName: "/dev/xvda",
} as const;

/**
 * One matched set of Buildbarn's images, as buildbarn/bb-deployments ran it on 2026-06-23: worker and
 * runner installer must be of one build, and all must speak the same protocol.
 * https://github.com/buildbarn/bb-deployments/tree/main/kubernetes
 */
export const BUILDBARN_IMAGES = {
  storage: "ghcr.io/buildbarn/bb-storage:20260609T094425Z-10acc76",
  scheduler: "ghcr.io/buildbarn/bb-scheduler:20260527T162223Z-c48dcda",
  worker: "ghcr.io/buildbarn/bb-worker:20260527T162223Z-c48dcda",
  runnerInstaller: "ghcr.io/buildbarn/bb-runner-installer:20260527T162223Z-c48dcda",
  browser: "ghcr.io/buildbarn/bb-browser:20260415T065533Z-ee35c54",
  /** Makes the folders that Buildbarn expects to exist. */
  init: "docker.io/library/busybox:1.31.1-uclibc",
} as const;

/**
 * Third-party charts, looked up on 2026-11-23.
 * https://github.com/aws/eks-charts, https://github.com/kubernetes/autoscaler/releases,
 * https://github.com/kubernetes-sigs/metrics-server/releases
 */
export const CHARTS = {
  loadBalancerController: {
    name: "aws-load-balancer-controller",
    repository: "https://aws.github.io/eks-charts",
    version: "3.5.0",
  },
  clusterAutoscaler: {
    name: "cluster-autoscaler",
    repository: "https://kubernetes.github.io/autoscaler",
    version: "9.59.0",
  },
  metricsServer: {
    name: "metrics-server",
    repository: "https://kubernetes-sigs.github.io/metrics-server",
    version: "3.13.0",
  },
} as const;

/** The autoscaler knows the scheduler of one Kubernetes version: its own minor. */
export const CLUSTER_AUTOSCALER_TAGS: Readonly<
  Record<(typeof KUBERNETES_VERSIONS)[number], string>
> = { "1.35": "v1.35.1", "1.36": "v1.36.1" };
