import { z } from "zod";
import { architecture, flag, instanceType, label, whole } from "./leaf.ts";

/** The least for one shard: a blob must fit into one of the blocks that its space is cut into. */
export const MIN_SHARD_GIB = 5;

const storage = z
  .strictObject({
    sizeGiB: whole(10, 16_384, {
      description:
        "Size of the storage (CAS and action cache) over all shards. Changing it empties the cache.",
      example: 200,
    }).default(200),
    shards: whole(1, 32, {
      description:
        "Over how many pods and volumes it is spread, at least 5 GiB each. Changing it loses part of the cache.",
      example: 2,
    }).default(2),
  })
  .prefault({})
  .meta({
    description: "The content-addressable storage and the action cache.",
    example: { sizeGiB: 200 },
  });

/**
 * The runner image when a pool names none: Ubuntu 22.04 as used by Buildbarn's own deployments.
 * https://github.com/buildbarn/bb-deployments (2026-06-23)
 */
const DEFAULT_RUNNER_IMAGE =
  "ghcr.io/catthehacker/ubuntu:act-22.04@sha256:dd7654ffb01d5b7b54b23b9ce928a1f7f2d08c7b3d7e320b6574b55d7ccde78b";

/** True for `registry/name:tag` other than latest, and for `registry/name[:tag]@sha256:<64 hex digits>`. */
const isPinnedImage = (image: string): boolean =>
  /^[a-z0-9]+([./:_-]+[a-z0-9]+)*(:(?!latest$)\w[\w.-]{0,127}|(:\w[\w.-]{0,127})?@sha256:[0-9a-f]{64})$/.test(
    image,
  );

const platformProperty = z.string().regex(/^[\x20-\x7e]{0,256}$/, {
  error: "must be at most 256 printable characters",
});

const pool = z.strictObject({
  name: label(24, {
    description: "The pool's name: part of its nodes' and workers' names and of Bazel's --config.",
    example: "linux-amd64",
  }),
  architecture: architecture({
    description: "Processor architecture of the pool's nodes.",
    example: "amd64",
  }).default("amd64"),
  instanceTypes: z
    .array(instanceType({ description: "An EC2 instance type.", example: "c7i.2xlarge" }))
    .min(1, { error: "must have at least one instance type" })
    .max(20, { error: "must have at most 20 instance types" })
    .optional()
    .meta({
      description:
        "Types of the same size, most wanted first; several make spot capacity easier to get. Default: c7i.2xlarge, or c7g.2xlarge for arm64.",
      example: ["c7i.2xlarge", "c6i.2xlarge"],
    }),
  spot: flag({
    description:
      "Use spot capacity: cheaper, and an action on a reclaimed node is retried by Bazel.",
    example: true,
  }).default(false),
  nodes: z
    .strictObject({
      min: whole(0, 1000, { description: "Fewest nodes.", example: 0 }).default(0),
      max: whole(1, 1000, { description: "Most nodes.", example: 4 }).default(4),
    })
    .prefault({})
    .meta({ description: "How far the pool scales.", example: { min: 0, max: 4 } }),
  diskGiB: whole(20, 16_384, {
    description: "Root disk of each node: input files, outputs and the worker's cache live on it.",
    example: 100,
  }).default(100),
  concurrency: whole(1, 512, {
    description: "Actions that run at once on one node; usually its number of processors.",
    example: 8,
  }).default(8),
  runnerImage: z
    .string()
    .refine(isPinnedImage, { error: "must be a container image with an exact tag or a digest" })
    .meta({
      description:
        "The image in which actions run: what is outside /nix/store comes from it. Pin it by digest: it is not part of an action's cache key.",
      example: "registry.example.com/my-org/builder:2026-11-01",
    })
    .default(DEFAULT_RUNNER_IMAGE),
  platform: z
    .record(
      z.string().regex(/^[A-Za-z][\w.-]{0,63}$/, {
        error: "must be a property name of letters, digits, _ . and -",
      }),
      platformProperty,
    )
    .default({})
    .meta({
      description:
        "Further platform properties (exec_properties) beside OSFamily and ISA. Actions must carry exactly the pool's set.",
      example: { gpu: "none" },
    }),
  actionTimeoutSec: z
    .strictObject({
      default: whole(1, 86_400, {
        description: "For actions that name no timeout.",
        example: 1800,
      }).default(1800),
      max: whole(1, 86_400, {
        description:
          "The most that an action may ask for; also how long a worker may take to drain.",
        example: 3600,
      }).default(3600),
    })
    .prefault({})
    .meta({ description: "How long an action may run.", example: { default: 1800, max: 3600 } }),
});

export const buildbarn = z
  .strictObject({
    storage,
    pools: z
      .array(pool)
      .min(1, { error: "must have at least one pool, or nothing can be built" })
      .max(50, { error: "must have at most 50 pools" })
      .prefault([{ name: "linux-amd64" }])
      .meta({
        description: "The worker pools. Each is a set of identical nodes with one platform.",
        example: [{ name: "linux-amd64", instanceTypes: ["c7i.2xlarge"], nodes: { max: 8 } }],
      }),
  })
  .prefault({})
  .meta({ description: "Remote execution.", example: { pools: [{ name: "linux-amd64" }] } });
