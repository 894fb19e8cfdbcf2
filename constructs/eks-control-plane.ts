import { CloudwatchLogGroup } from "@cdktf/provider-aws/lib/cloudwatch-log-group";
import { EksAccessEntry } from "@cdktf/provider-aws/lib/eks-access-entry";
import { EksAccessPolicyAssociation } from "@cdktf/provider-aws/lib/eks-access-policy-association";
import { EksCluster } from "@cdktf/provider-aws/lib/eks-cluster";
import { KmsKey } from "@cdktf/provider-aws/lib/kms-key";
import { Construct } from "constructs";
import { SERVICE_CIDR } from "../config/aws.ts";
import { ServiceRole } from "./service-role.ts";

export interface EksControlPlaneProps {
  readonly name: string;
  readonly roleName: string;
  readonly kubernetesVersion: string;
  /** In two zones or more; EKS puts its network interfaces there. */
  readonly subnetIds: readonly string[];
  /** Networks outside the VPC that reach the API; none turns the public endpoint off. */
  readonly endpointCidrs: readonly string[];
  /** IAM roles with all rights in the cluster. Its creator gets none on the side. */
  readonly adminRoleArns: readonly string[];
  readonly logRetentionDays: number;
}

const LOG_TYPES = ["api", "audit", "authenticator", "controllerManager", "scheduler"];
const ADMIN_POLICY = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy";

/** An EKS control plane: encrypted secrets, kept logs, and rights by access entries only. */
export class EksControlPlane extends Construct {
  readonly cluster: EksCluster;

  constructor(scope: Construct, id: string, props: EksControlPlaneProps) {
    super(scope, id);
    // EKS would make it itself, but keep the logs for ever.
    const logs = new CloudwatchLogGroup(this, "logs", {
      name: `/aws/eks/${props.name}/cluster`,
      retentionInDays: props.logRetentionDays,
    });
    const key = new KmsKey(this, "secrets-key", {
      description: `Kubernetes secrets of ${props.name}`,
      enableKeyRotation: true,
    });
    const role = new ServiceRole(this, "role", {
      name: props.roleName,
      service: "eks.amazonaws.com",
      managedPolicies: ["AmazonEKSClusterPolicy"],
    });
    const isPublic = props.endpointCidrs.length > 0;
    this.cluster = new EksCluster(this, "Resource", {
      name: props.name,
      version: props.kubernetesVersion,
      roleArn: role.role.arn,
      accessConfig: {
        authenticationMode: "API",
        bootstrapClusterCreatorAdminPermissions: false,
      },
      bootstrapSelfManagedAddons: false,
      enabledClusterLogTypes: LOG_TYPES,
      encryptionConfig: { provider: { keyArn: key.arn }, resources: ["secrets"] },
      kubernetesNetworkConfig: { serviceIpv4Cidr: SERVICE_CIDR },
      // The default, EXTENDED, costs six times as much once a version is old.
      upgradePolicy: { supportType: "STANDARD" },
      vpcConfig: {
        subnetIds: [...props.subnetIds],
        endpointPrivateAccess: true,
        endpointPublicAccess: isPublic,
        ...(isPublic ? { publicAccessCidrs: [...props.endpointCidrs] } : {}),
      },
      dependsOn: [...role.policies, logs],
    });
    for (const principalArn of props.adminRoleArns) {
      const entry = new EksAccessEntry(this, `admin-${principalArn}`, {
        clusterName: this.cluster.name,
        principalArn,
      });
      new EksAccessPolicyAssociation(this, `admin-rights-${principalArn}`, {
        clusterName: this.cluster.name,
        principalArn: entry.principalArn,
        policyArn: ADMIN_POLICY,
        accessScope: { type: "cluster" },
      });
    }
  }
}
