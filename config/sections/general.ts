import { z } from "zod";
import { REGIONS } from "../aws.ts";
import { label, text } from "./leaf.ts";

/** Longest environment name: keeps every derived AWS name within its limit (config/names.ts). */
export const MAX_ENVIRONMENT_NAME = 16;

export const name = label(MAX_ENVIRONMENT_NAME, {
  description:
    "The environment's name, which is also the file's name. Part of the name of everything created: it cannot be changed after the first deploy.",
  example: "example",
});

export const region = z
  .string()
  .refine((value) => REGIONS.includes(value), { error: "must be an AWS region with EKS" })
  .meta({ description: "The AWS region that everything is created in.", example: "eu-central-1" });

const tagValue = text(
  "at most 256 letters, digits, spaces or _.:/=+-@",
  /^[\p{L}\p{Z}\p{N}_.:/=+\-@]{0,256}$/u,
  {
    description: "The tag's value.",
    example: "build-tools",
  },
);

export const tags = z
  .record(
    z.string().regex(/^(?!aws:)[\p{L}\p{Z}\p{N}_.:/=+\-@]{1,128}$/u, {
      error:
        "must be a tag key of 1 to 128 letters, digits, spaces or _.:/=+-@ that does not start with aws:",
    }),
    tagValue,
  )
  .refine((value) => Object.keys(value).length <= 40, {
    error: "must have at most 40 tags, since AWS allows 50 and nixbarn adds its own",
  })
  .default({})
  .meta({
    description: "Tags for every AWS resource, beside nixbarn's own.",
    example: { team: "build-tools" },
  });

const s3State = z.strictObject({
  bucket: text(
    "an S3 bucket name of 3 to 63 lower-case letters, digits, dots and hyphens",
    /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/,
    { description: "An existing bucket, best with versioning on.", example: "my-terraform-state" },
  ),
  region: region.optional().meta({
    description: "The bucket's region. Default: the environment's region.",
    example: "eu-central-1",
  }),
  prefix: text(
    "a key prefix of letters, digits, _ . / and -, without a slash at either end",
    /^[\w.-]+(\/[\w.-]+)*$/,
    {
      description: "Key prefix of the state objects: <prefix>/<environment>/<stack>.tfstate.",
      example: "nixbarn",
    },
  ).default("nixbarn"),
  kmsKeyArn: text("the ARN of a KMS key", /^arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key\/[\w-]+$/, {
    description:
      "KMS key for the state objects. Default: the bucket's own encryption, at least AES-256.",
    example: "arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab",
  }).optional(),
});

export const state = z
  .strictObject({
    s3: s3State.optional().meta({
      description: "Keep the Terraform state in S3, encrypted and with a lock file.",
      example: { bucket: "my-terraform-state" },
    }),
  })
  .prefault({})
  .meta({
    description:
      "Where Terraform keeps its state. Default: in the folder out/<environment>/state, which is good for a trial by one person only. The state holds the API keys: keep it private.",
    example: { s3: { bucket: "my-terraform-state" } },
  });
