import { describe, expect, test } from "vitest";
import { NodeGroup, type NodeGroupProps } from "../../constructs/node-group.ts";
import { resource, synthesizeOne } from "../support/synth.ts";

const PROPS: NodeGroupProps = {
  clusterName: "nixbarn-example",
  name: "nixbarn-example-worker-a",
  nodeRoleArn: "arn:aws:iam::111122223333:role/node",
  subnetIds: ["subnet-1"],
  architecture: "amd64",
  instanceTypes: ["c7i.2xlarge"],
  spot: false,
  min: 0,
  max: 4,
  diskGiB: 100,
  securityGroupIds: ["sg-1", "sg-2"],
  labels: { "nixbarn/pool": "a" },
  tags: { team: "build-tools" },
  dependsOn: [],
};
const synthesize = (props: Partial<NodeGroupProps>) =>
  synthesizeOne((stack) => new NodeGroup(stack, "group", { ...PROPS, ...props }));

describe("NodeGroup", () => {
  test.each([
    ["amd64", "AL2023_x86_64_STANDARD"],
    ["arm64", "AL2023_ARM_64_STANDARD"],
  ] as const)("%s runs %s", (architecture, amiType) => {
    expect(resource(synthesize({ architecture }), "aws_eks_node_group")).toMatchObject({
      ami_type: amiType,
    });
  });

  test.each([
    [true, "SPOT"],
    [false, "ON_DEMAND"],
  ])("spot %s is %s", (spot, capacity) => {
    expect(resource(synthesize({ spot }), "aws_eks_node_group")).toMatchObject({
      capacity_type: capacity,
    });
  });

  test("starts with the fewest nodes and leaves their number to the autoscaler", () => {
    expect(resource(synthesize({ min: 1, max: 9 }), "aws_eks_node_group")).toMatchObject({
      scaling_config: { min_size: 1, max_size: 9, desired_size: 1 },
      lifecycle: { ignore_changes: ["scaling_config[0].desired_size"] },
    });
  });

  test("a taint keeps other pods off; without one there is none", () => {
    const taint = { key: "nixbarn/pool", value: "a" };
    expect(resource(synthesize({ taint }), "aws_eks_node_group")).toMatchObject({
      taint: [{ ...taint, effect: "NO_SCHEDULE" }],
    });
    expect(resource(synthesize({}), "aws_eks_node_group")["taint"]).toBeUndefined();
  });

  test("its nodes carry the security groups and tags, on instance and disk", () => {
    const template = resource(synthesize({}), "aws_launch_template");
    const tags = { team: "build-tools", Name: "nixbarn-example-worker-a" };
    expect(template).toMatchObject({
      vpc_security_group_ids: ["sg-1", "sg-2"],
      tag_specifications: [
        { resource_type: "instance", tags },
        { resource_type: "volume", tags },
      ],
    });
  });

  test("follows its launch template's newest version", () => {
    const group = resource(synthesize({}), "aws_eks_node_group");
    expect(JSON.stringify(group["launch_template"])).toContain("latest_version");
  });
});
