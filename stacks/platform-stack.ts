import { NamespaceV1 } from "@cdktf/provider-kubernetes/lib/namespace-v1";
import { NetworkPolicyV1 } from "@cdktf/provider-kubernetes/lib/network-policy-v1";
import { StorageClassV1 } from "@cdktf/provider-kubernetes/lib/storage-class-v1";
import type { Construct } from "constructs";
import { NAMESPACE, namesOf, STORAGE_CLASS } from "../config/names.ts";
import type { StackOutputs } from "../config/outputs.ts";
import { CHARTS, CLUSTER_AUTOSCALER_TAGS } from "../config/versions.ts";
import { ClusterProviders } from "../constructs/cluster-providers.ts";
import type { PolicyStatement } from "../constructs/service-role.ts";
import { ThirdPartyRelease } from "../constructs/third-party-release.ts";
import { BaseStack, type StackProps } from "./base-stack.ts";

export interface PlatformStackProps extends StackProps {
  readonly network: Pick<StackOutputs<"network">, "vpcId">;
}

/**
 * What a TargetGroupBinding needs of the controller's own policy, and no more: it makes no load
 * balancer and touches no security group.
 * https://github.com/kubernetes-sigs/aws-load-balancer-controller/blob/main/docs/install/iam_policy.json
 */
const loadBalancerControllerRights = (targetGroup: string): readonly PolicyStatement[] => [
  {
    Effect: "Allow",
    Action: [
      "ec2:DescribeAvailabilityZones",
      "ec2:DescribeInstances",
      "ec2:DescribeNetworkInterfaces",
      "ec2:DescribeSecurityGroups",
      "ec2:DescribeSubnets",
      "ec2:DescribeVpcs",
      "elasticloadbalancing:DescribeTargetGroups",
      "elasticloadbalancing:DescribeTargetGroupAttributes",
      "elasticloadbalancing:DescribeTargetHealth",
      "elasticloadbalancing:DescribeTags",
    ],
    Resource: "*",
  },
  {
    Effect: "Allow",
    Action: ["elasticloadbalancing:RegisterTargets", "elasticloadbalancing:DeregisterTargets"],
    Resource: `arn:aws:elasticloadbalancing:*:*:targetgroup/${targetGroup}/*`,
  },
];

/** https://github.com/kubernetes/autoscaler/blob/master/cluster-autoscaler/cloudprovider/aws/README.md */
const autoscalerRights = (clusterName: string): readonly PolicyStatement[] => [
  {
    Effect: "Allow",
    Action: [
      "autoscaling:DescribeAutoScalingGroups",
      "autoscaling:DescribeAutoScalingInstances",
      "autoscaling:DescribeLaunchConfigurations",
      "autoscaling:DescribeScalingActivities",
      "autoscaling:DescribeTags",
      "ec2:DescribeImages",
      "ec2:DescribeInstanceTypes",
      "ec2:DescribeLaunchTemplateVersions",
      "ec2:GetInstanceTypesFromInstanceRequirements",
      "eks:DescribeNodegroup",
    ],
    Resource: "*",
  },
  {
    Effect: "Allow",
    Action: ["autoscaling:SetDesiredCapacity", "autoscaling:TerminateInstanceInAutoScalingGroup"],
    Resource: "*",
    Condition: {
      StringEquals: {
        [`aws:ResourceTag/k8s.io/cluster-autoscaler/${clusterName}`]: "owned",
      },
    },
  },
];

/** What Buildbarn stands on within the cluster. */
export class PlatformStack extends BaseStack {
  readonly outputs: StackOutputs<"platform">;

  constructor(scope: Construct, props: PlatformStackProps) {
    super(scope, "platform", props);
    const { environment } = props;
    const names = namesOf(environment.name);
    new ClusterProviders(this, "providers", {
      clusterName: names.cluster,
      region: environment.region,
      kubernetes: true,
    });
    this.createNamespace();
    new StorageClassV1(this, "storage-class", {
      metadata: { name: STORAGE_CLASS },
      storageProvisioner: "ebs.csi.aws.com",
      parameters: { type: "gp3", encrypted: "true" },
      volumeBindingMode: "WaitForFirstConsumer",
      allowVolumeExpansion: true,
      reclaimPolicy: "Delete",
    });
    this.createReleases(props, names);
    this.outputs = this.publish({ namespace: NAMESPACE });
  }

  private createNamespace(): void {
    const namespace = new NamespaceV1(this, "nixbarn", {
      metadata: {
        name: NAMESPACE,
        labels: {
          // Workers run bb_worker as root with few capabilities, which "restricted" knows no way for.
          "pod-security.kubernetes.io/enforce": "baseline",
          "pod-security.kubernetes.io/warn": "restricted",
          "elbv2.k8s.aws/pod-readiness-gate-inject": "enabled",
        },
      },
    });
    new NetworkPolicyV1(this, "default-deny", {
      metadata: { name: "default-deny", namespace: namespace.metadata.name },
      spec: { podSelector: {}, policyTypes: ["Ingress", "Egress"] },
    });
  }

  private createReleases(
    { environment, network }: PlatformStackProps,
    names: ReturnType<typeof namesOf>,
  ): void {
    const { region, cluster } = environment;
    new ThirdPartyRelease(this, "load-balancer-controller", {
      chart: CHARTS.loadBalancerController,
      values: {
        clusterName: names.cluster,
        region,
        vpcId: network.vpcId,
        // Else no Service at all can be made while the controller is down.
        enableServiceMutatorWebhook: false,
        serviceAccount: { name: "aws-load-balancer-controller" },
      },
      podIdentity: {
        clusterName: names.cluster,
        roleName: names.role("load-balancer-controller"),
        serviceAccount: "aws-load-balancer-controller",
        statements: loadBalancerControllerRights(names.targetGroup),
      },
    });
    new ThirdPartyRelease(this, "cluster-autoscaler", {
      chart: CHARTS.clusterAutoscaler,
      values: {
        awsRegion: region,
        autoDiscovery: { clusterName: names.cluster },
        image: { tag: CLUSTER_AUTOSCALER_TAGS[cluster.kubernetesVersion] },
        rbac: { serviceAccount: { name: "cluster-autoscaler" } },
        extraArgs: {
          "balance-similar-node-groups": true,
          "skip-nodes-with-local-storage": false,
          expander: "least-waste",
        },
      },
      podIdentity: {
        clusterName: names.cluster,
        roleName: names.role("cluster-autoscaler"),
        serviceAccount: "cluster-autoscaler",
        statements: autoscalerRights(names.cluster),
      },
    });
    new ThirdPartyRelease(this, "metrics-server", { chart: CHARTS.metricsServer, values: {} });
  }
}
