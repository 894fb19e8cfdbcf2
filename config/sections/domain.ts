import { z } from "zod";
import { text } from "./leaf.ts";

export const domain = z
  .strictObject({
    name: text(
      "a lower-case DNS name with at least one dot",
      /^(?=.{4,64}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$/,
      {
        description:
          "The name that Bazel connects to, as grpcs://NAME. At most 64 characters, as in a certificate's common name.",
        example: "bazel.example.com",
      },
    ),
    hostedZoneId: text("a Route 53 hosted zone id", /^Z[A-Z0-9]{3,31}$/, {
      description:
        "The public hosted zone that the name belongs to: the address record goes there and, without certificateArn, the certificate's validation record.",
      example: "Z0123456789ABCDEFGHIJ",
    }).optional(),
    certificateArn: text(
      "the ARN of an ACM certificate",
      /^arn:aws[a-z-]*:acm:[a-z0-9-]+:\d{12}:certificate\/[\w-]+$/,
      {
        description:
          "An issued ACM certificate for the name, in the same region. Without it one is requested and validated by DNS.",
        example:
          "arn:aws:acm:eu-central-1:111122223333:certificate/12345678-1234-1234-1234-123456789012",
      },
    ).optional(),
  })
  .meta({
    description:
      "The endpoint's name and certificate. Give hostedZoneId, certificateArn or both; with certificateArn alone, point the name at the load balancer yourself.",
    example: { name: "bazel.example.com", hostedZoneId: "Z0123456789ABCDEFGHIJ" },
  });
