import { z } from "zod";
import { DEFAULT_KUBERNETES_VERSION, KUBERNETES_VERSIONS } from "../versions.ts";
import { architecture, choice, closedCidrs, instanceType, text, whole } from "./leaf.ts";
import { logRetentionDays } from "./network.ts";

const systemNodes = z
  .strictObject({
    architecture: architecture({
      description: "Processor architecture of the system nodes.",
      example: "amd64",
    }).default("amd64"),
    instanceType: instanceType({
      description: "Default: m7i.large, or m7g.large for arm64.",
      example: "m7i.large",
    }).optional(),
    min: whole(1, 100, { description: "Fewest system nodes.", example: 2 }).default(2),
    max: whole(1, 100, { description: "Most system nodes.", example: 4 }).default(4),
    diskGiB: whole(20, 16_384, { description: "Root disk of each node.", example: 50 }).default(50),
  })
  .prefault({})
  .meta({
    description: "Nodes for everything but the workers: storage, scheduler, frontend, controllers.",
    example: { instanceType: "m7i.large", min: 2, max: 4 },
  });

export const cluster = z
  .strictObject({
    kubernetesVersion: choice(KUBERNETES_VERSIONS, {
      description:
        "EKS's Kubernetes version, in quotes. Raise it one minor version at a time; it cannot go back.",
      example: DEFAULT_KUBERNETES_VERSION,
    }).default(DEFAULT_KUBERNETES_VERSION),
    endpointCidrs: closedCidrs({
      description:
        "Networks that may reach the Kubernetes API from outside the VPC: the machines that run `cdktf deploy`. Empty turns the public endpoint off.",
      example: ["203.0.113.0/24"],
    }).max(40, { error: "must have at most 40 networks, since EKS takes no more" }),
    adminRoleArns: z
      .array(
        text("the ARN of an IAM role", /^arn:aws[a-z-]*:iam::\d{12}:role\/[\w+=,.@/-]+$/, {
          description: "An IAM role.",
          example: "arn:aws:iam::111122223333:role/deployer",
        }),
      )
      .min(1, { error: "must have at least one role, or nobody can administer the cluster" })
      .meta({
        description:
          "IAM roles that administer the cluster. The one that runs `cdktf deploy` must be among them: its creator gets no rights on the side.",
        example: ["arn:aws:iam::111122223333:role/deployer"],
      }),
    logRetentionDays: logRetentionDays(30).default(30),
    systemNodes,
  })
  .meta({
    description: "The EKS cluster.",
    example: {
      endpointCidrs: ["203.0.113.0/24"],
      adminRoleArns: ["arn:aws:iam::111122223333:role/deployer"],
    },
  });
