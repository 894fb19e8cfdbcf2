import { z } from "zod";
import { LOG_RETENTION_DAYS } from "../aws.ts";
import { choice, cidr, flag, text } from "./leaf.ts";

export const logRetentionDays = (example: number) =>
  z
    .literal(LOG_RETENTION_DAYS, {
      error: `must be a period that CloudWatch offers (${LOG_RETENTION_DAYS.join(", ")})`,
    })
    .meta({ description: "Days that CloudWatch keeps the logs.", example });

export const network = z
  .strictObject({
    cidr: cidr({
      description: "The VPC's IPv4 range, /16 to /21. It cannot be changed after the first deploy.",
      example: "10.40.0.0/16",
    }).default("10.40.0.0/16"),
    availabilityZones: z
      .array(
        text("an availability zone such as eu-central-1a", /^[a-z]{2}(-[a-z]+)+-\d[a-z]$/, {
          description: "An availability zone of the region.",
          example: "eu-central-1a",
        }),
      )
      .optional()
      .meta({
        description:
          "Two to six zones of the region; only append to the list. The Nix server and all nodes live in the first one, close to the store; EKS and the load balancer use all. Default: two zones of the region.",
        example: ["eu-central-1a", "eu-central-1b"],
      }),
    nat: choice(["single", "per-zone"], {
      description:
        "One NAT gateway for all zones, or one in each. All nodes live in one zone, so `single` loses nothing unless you add your own subnets' workloads.",
      example: "single",
    }).default("single"),
    flowLogs: z
      .strictObject({
        enabled: flag({
          description: "Write the VPC's flow logs to CloudWatch.",
          example: true,
        }).default(false),
        retentionDays: logRetentionDays(30).default(30),
      })
      .prefault({})
      .meta({ description: "Records of the VPC's network flows.", example: { enabled: true } }),
  })
  .prefault({})
  .meta({ description: "The VPC.", example: { cidr: "10.40.0.0/16", nat: "single" } });
