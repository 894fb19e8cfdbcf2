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
