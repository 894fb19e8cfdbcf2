import type { ITerraformDependable } from "cdktf";
import type { Construct } from "constructs";
import { namesOf, POOL_LABEL, tagsOf } from "../config/names.ts";
import type { StackOutputs } from "../config/outputs.ts";
import { ClusterAddon, type ClusterAddonProps } from "../constructs/cluster-addon.ts";
import { EksControlPlane } from "../constructs/eks-control-plane.ts";
import { NodeGroup, type NodeGroupProps } from "../constructs/node-group.ts";
import { ServiceRole } from "../constructs/service-role.ts";
import { BaseStack, type StackProps } from "./base-stack.ts";

export interface ClusterStackProps extends StackProps {
  readonly network: Pick<StackOutputs<"network">, "privateSubnetIds">;
  readonly nixServer: Pick<StackOutputs<"nix-server">, "nfsClientSecurityGroupId">;
}

/** What every node may do. Pods get their rights by pod identity instead. https://docs.aws.amazon.com/eks/latest/userguide/create-node-role.html */
const NODE_POLICIES = ["AmazonEKSWorkerNodePolicy", "AmazonEC2ContainerRegistryPullOnly"];

/** EKS with its add-ons, the system nodes, and one node group for each worker pool. */
export class ClusterStack extends BaseStack {
  readonly outputs: StackOutputs<"cluster">;

  constructor(scope: Construct, props: ClusterStackProps) {
    super(scope, "cluster", props);
    const { environment, network, nixServer } = props;
    const names = namesOf(environment.name);
    const { cluster } = new EksControlPlane(this, "control-plane", {
      name: names.cluster,
      roleName: names.role("cluster"),
      subnetIds: network.privateSubnetIds,
      ...environment.cluster,
    });
    const addon = (addonName: string, more: Partial<ClusterAddonProps> = {}) =>
      new ClusterAddon(this, addonName, {
        addon: addonName,
        clusterName: cluster.name,
        kubernetesVersion: environment.cluster.kubernetesVersion,
        ...more,
      }).addon;

    const podIdentity = addon("eks-pod-identity-agent");
    const vpcCni = addon("vpc-cni", {
      // Without it, NetworkPolicies are accepted and do nothing.
      configuration: { enableNetworkPolicy: "true" },
      podIdentity: {
        serviceAccount: "aws-node",
        roleName: names.role("vpc-cni"),
        managedPolicy: "AmazonEKS_CNI_Policy",
      },
      dependsOn: [podIdentity],
    });
    const nodeRole = new ServiceRole(this, "node-role", {
      name: names.role("node"),
      service: "ec2.amazonaws.com",
      managedPolicies: NODE_POLICIES,
    });
    const nodesNeed: ITerraformDependable[] = [
      ...nodeRole.policies,
      vpcCni,
      podIdentity,
      addon("kube-proxy"),
    ];
    const node = this.nodeDefaults(props, cluster.name, nodeRole.role.arn, nodesNeed);
    const clusterSecurityGroupId = cluster.vpcConfig.clusterSecurityGroupId;
    const { systemNodes } = environment.cluster;
    const system = new NodeGroup(this, "system", {
      ...node,
      name: names.systemNodeGroup,
      architecture: systemNodes.architecture,
      instanceTypes: [systemNodes.instanceType],
      spot: false,
      min: systemNodes.min,
      max: systemNodes.max,
      diskGiB: systemNodes.diskGiB,
      securityGroupIds: [clusterSecurityGroupId],
      labels: { "nixbarn/nodes": "system" },
    });
    for (const pool of environment.buildbarn.pools) {
      new NodeGroup(this, `worker-${pool.name}`, {
        ...node,
        name: names.workerNodeGroup(pool.name),
        architecture: pool.architecture,
        instanceTypes: pool.instanceTypes,
        spot: pool.spot,
        min: pool.nodes.min,
        max: pool.nodes.max,
        diskGiB: pool.diskGiB,
        securityGroupIds: [clusterSecurityGroupId, nixServer.nfsClientSecurityGroupId],
        labels: { [POOL_LABEL]: pool.name },
        taint: { key: POOL_LABEL, value: pool.name },
      });
    }
    // These two have pods that need a node without a taint.
    addon("coredns", { dependsOn: [system.nodeGroup] });
    addon("aws-ebs-csi-driver", {
      podIdentity: {
        serviceAccount: "ebs-csi-controller-sa",
        roleName: names.role("ebs-csi"),
        managedPolicy: "service-role/AmazonEBSCSIDriverPolicy",
      },
      dependsOn: [system.nodeGroup],
    });
    this.outputs = this.publish({
      clusterName: cluster.name,
      clusterSecurityGroupId,
      workerNodeRoleArn: nodeRole.role.arn,
    });
  }

  /** What all node groups share. All nodes live in the store's zone: short ways to NFS and storage. */
  private nodeDefaults(
    { environment, network }: ClusterStackProps,
    clusterName: string,
    nodeRoleArn: string,
    dependsOn: ITerraformDependable[],
  ): Pick<NodeGroupProps, "clusterName" | "nodeRoleArn" | "subnetIds" | "tags" | "dependsOn"> {
    return {
      clusterName,
      nodeRoleArn,
      subnetIds: network.privateSubnetIds.slice(0, 1),
      // A launch template's instances do not get the provider's default tags.
      tags: { ...environment.tags, ...tagsOf(environment.name) },
      dependsOn,
    };
  }
}
