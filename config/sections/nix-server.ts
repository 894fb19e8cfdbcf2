import { z } from "zod";
import { GP3 } from "../aws.ts";
import { sshPublicKeyProblem } from "../ssh-key.ts";
import { architecture, closedCidrs, flag, instanceType, label, whole } from "./leaf.ts";

/** A real key, so that the examples are accepted; its private half is not kept. */
const EXAMPLE_KEY =
  "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOdoSecH0Ku8Q3N4UCDrWpNS2jp6KCwHxOn3GKpIdeTI alice@laptop";

const person = z.strictObject({
  name: label(32, { description: "Whose key it is.", example: "alice" }),
  publicKey: z
    .string()
    .superRefine((value, context) => {
      const problem = sshPublicKeyProblem(value);
      if (problem !== undefined) context.addIssue({ code: "custom", message: problem });
    })
    .meta({
      description: "The one line of an OpenSSH .pub file.",
      example: EXAMPLE_KEY,
    }),
});

const volume = z
  .strictObject({
    sizeGiB: whole(20, GP3.maxSizeGiB, {
      description: "Size of the volume for /nix. Growing happens online; shrinking is impossible.",
      example: 300,
    }).default(300),
    iops: whole(GP3.minIops, GP3.maxIops, {
      description:
        "I/O operations per second; at most 500 for each GiB. 3000 are included in the price.",
      example: 3000,
    }).default(GP3.minIops),
    throughputMiBps: whole(GP3.minThroughputMiBps, GP3.maxThroughputMiBps, {
      description: "MiB per second; at most a quarter of the IOPS. 125 are included in the price.",
      example: 250,
    }).default(250),
    allowDestroy: flag({
      description:
        "Let `cdktf destroy` delete the volume and every store path on it. To destroy: set true, deploy, destroy.",
      example: false,
    }).default(false),
  })
  .prefault({})
  .meta({ description: "The gp3 volume that holds /nix.", example: { sizeGiB: 500, iops: 6000 } });

/** Room for Debian, Nix and builds' temporary files; the store is on its own volume. */
export const ROOT_DISK_GIB = 50;

/** Also for an own server, which has no environment file. */
export const GARBAGE_COLLECTION_DEFAULTS = {
  rootsOlderThanDays: 30,
  aboveFillPercent: 80,
} as const;

const garbageCollection = z
  .strictObject({
    rootsOlderThanDays: whole(1, 3650, {
      description: "Clients' roots that nobody has renewed for so long are pruned.",
      example: 30,
    }).default(GARBAGE_COLLECTION_DEFAULTS.rootsOlderThanDays),
    aboveFillPercent: whole(10, 95, {
      description: "Collect only while the volume is fuller than this.",
      example: 80,
    }).default(GARBAGE_COLLECTION_DEFAULTS.aboveFillPercent),
  })
  .prefault({})
  .meta({
    description: "When unused store paths are deleted; never during a client's session.",
    example: { rootsOlderThanDays: 30, aboveFillPercent: 80 },
  });

export const nixServer = z
  .strictObject({
    architecture: architecture({
      description:
        "Processor architecture; that of the clients, since they evaluate for their own system.",
      example: "amd64",
    }).default("amd64"),
    instanceType: instanceType({
      description: "It builds and serves the store. Default: m7i.xlarge, or m7g.xlarge for arm64.",
      example: "m7i.xlarge",
    }).optional(),
    public: flag({
      description:
        "Give it a public address (Elastic IP). Without one, reach it through your own VPN or peering.",
      example: true,
    }).default(true),
    sshCidrs: closedCidrs({
      description:
        "Networks that may connect by ssh, for admins and clients alike. Never the whole Internet.",
      example: ["203.0.113.0/24"],
    })
      .min(1, { error: "must have at least one network, or nobody can reach the Nix server" })
      .max(50, { error: "must have at most 50 networks, since a security group takes 60 rules" }),
    admins: z
      .array(person)
      .min(1, { error: "must have at least one admin, or the server cannot be set up" })
      .meta({
        description: "People with a shell and sudo, who also run the provisioner.",
        example: [{ name: "alice", publicKey: EXAMPLE_KEY }],
      }),
    clients: z
      .array(person)
      .min(1, { error: "must have at least one client, or no build can use the store" })
      .meta({
        description:
          "Bazel users: their keys admit the Nix commands of rules_nixpkgs and no shell.",
        example: [{ name: "bob", publicKey: EXAMPLE_KEY }],
      }),
    volume,
    snapshots: z
      .strictObject({
        keep: whole(0, 1000, {
          description: "How many daily snapshots of the volume to keep; 0 takes none.",
          example: 7,
        }).default(7),
      })
      .prefault({})
      .meta({ description: "Daily snapshots of /nix.", example: { keep: 7 } }),
    garbageCollection,
  })
  .meta({
    description: "The server that builds, keeps and exports /nix/store.",
    example: {
      sshCidrs: ["203.0.113.0/24"],
      admins: [{ name: "alice", publicKey: EXAMPLE_KEY }],
      clients: [{ name: "bob", publicKey: EXAMPLE_KEY }],
    },
  });
