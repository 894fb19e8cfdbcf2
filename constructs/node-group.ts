import { EksNodeGroup } from "@cdktf/provider-aws/lib/eks-node-group";
import { LaunchTemplate } from "@cdktf/provider-aws/lib/launch-template";
import { type ITerraformDependable, Token } from "cdktf";
import { Construct } from "constructs";
import type { Architecture } from "../config/aws.ts";

export interface NodeGroupProps {
  readonly clusterName: string;
  readonly name: string;
  readonly nodeRoleArn: string;
  readonly subnetIds: readonly string[];
  readonly architecture: Architecture;
  /** Most wanted first. */
  readonly instanceTypes: readonly string[];
  readonly spot: boolean;
  readonly min: number;
  readonly max: number;
  /** Root disk in GiB. */
  readonly diskGiB: number;
  /** All of the nodes' security groups; the cluster's own must be among them. */
  readonly securityGroupIds: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  /** Keeps other pods off: a taint NoSchedule. @default - none */
  readonly taint?: { readonly key: string; readonly value: string };
  readonly tags: Readonly<Record<string, string>>;
  /** What must be there before the first node starts. */
  readonly dependsOn: ITerraformDependable[];
}

/** https://docs.aws.amazon.com/eks/latest/APIReference/API_Nodegroup.html#AmazonEKS-Type-Nodegroup-amiType */
const AMI_TYPES = { amd64: "AL2023_x86_64_STANDARD", arm64: "AL2023_ARM_64_STANDARD" } as const;

/** A managed node group with an encrypted disk, and instance metadata that pods cannot reach. */
export class NodeGroup extends Construct {
  readonly nodeGroup: EksNodeGroup;

  constructor(scope: Construct, id: string, props: NodeGroupProps) {
    super(scope, id);
    const template = this.createLaunchTemplate(props);
    this.nodeGroup = new EksNodeGroup(this, "Resource", {
      clusterName: props.clusterName,
      nodeGroupName: props.name,
      nodeRoleArn: props.nodeRoleArn,
      subnetIds: [...props.subnetIds],
      amiType: AMI_TYPES[props.architecture],
      instanceTypes: [...props.instanceTypes],
      capacityType: props.spot ? "SPOT" : "ON_DEMAND",
      scalingConfig: { minSize: props.min, maxSize: props.max, desiredSize: props.min },
      updateConfig: { maxUnavailable: 1 },
      launchTemplate: { id: template.id, version: Token.asString(template.latestVersion) },
      labels: { ...props.labels },
      ...(props.taint === undefined ? {} : { taint: [{ ...props.taint, effect: "NO_SCHEDULE" }] }),
      tags: { ...props.tags },
      dependsOn: props.dependsOn,
      // The autoscaler decides how many nodes there are.
      lifecycle: { ignoreChanges: ["scaling_config[0].desired_size"] },
    });
  }

  private createLaunchTemplate({
    name,
    diskGiB,
    securityGroupIds,
    tags,
  }: NodeGroupProps): LaunchTemplate {
    const nodeTags = { ...tags, Name: name };
    return new LaunchTemplate(this, "launch-template", {
      name,
      vpcSecurityGroupIds: [...securityGroupIds],
      blockDeviceMappings: [
        {
          deviceName: "/dev/xvda",
          ebs: {
            encrypted: "true",
            volumeType: "gp3",
            volumeSize: diskGiB,
            deleteOnTermination: "true",
          },
        },
      ],
      metadataOptions: {
        httpEndpoint: "enabled",
        httpTokens: "required",
        httpPutResponseHopLimit: 1,
      },
      tagSpecifications: [
        { resourceType: "instance", tags: nodeTags },
        { resourceType: "volume", tags: nodeTags },
      ],
    });
  }
}
