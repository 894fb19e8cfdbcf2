import { z } from "zod";
import { cidr, label, whole } from "./leaf.ts";

const isCalendarDate = (value: string): boolean => {
  const time = Date.parse(`${value}T00:00:00Z`);
  return (
    /^\d{4}-\d{2}-\d{2}$/.test(value) &&
    !Number.isNaN(time) &&
    new Date(time).toISOString().startsWith(value)
  );
};

export const apiKey = z.strictObject({
  name: label(32, {
    description: "Who or what uses the key. Revoke a key by removing its entry and deploying.",
    example: "laptops",
  }),
  generation: whole(1, 9999, {
    description: "Raise it by one to rotate the key: the next deploy creates a new one.",
    example: 2,
  }).default(1),
  previousValidUntil: z
    .string({ error: "must be a date in the form YYYY-MM-DD, in quotes" })
    .refine(isCalendarDate, { error: "must be a date in the form YYYY-MM-DD" })
    .optional()
    .meta({
      description:
        "The last day (UTC) on which the previous generation is still admitted. It takes effect at the first deploy after that day. Default: the previous generation ends with the deploy that rotates.",
      example: "2026-12-31",
    }),
});

export const access = z
  .strictObject({
    apiKeys: z
      .array(apiKey)
      .min(1, { error: "must have at least one key, or nobody can build" })
      .max(45, {
        error:
          "must have at most 45 keys, since a load balancer takes 100 rules and a rotation needs two a key",
      })
      .default([{ name: "default", generation: 1 }])
      .meta({
        description:
          "The API keys that the load balancer admits. Terraform generates them and keeps each in Secrets Manager; nobody chooses a key.",
        example: [{ name: "laptops" }, { name: "ci", generation: 2 }],
      }),
    clientCidrs: z
      .array(cidr({ description: "An IPv4 network.", example: "203.0.113.0/24" }))
      .min(1, { error: "must have at least one network, or nobody can build" })
      .max(50, { error: "must have at most 50 networks, since a security group takes 60 rules" })
      .meta({
        description:
          "Networks that may reach the load balancer. 0.0.0.0/0 is allowed, since each call must carry an API key.",
        example: ["203.0.113.0/24"],
      }),
  })
  .meta({
    description: "Who may send builds.",
    example: { apiKeys: [{ name: "laptops" }], clientCidrs: ["203.0.113.0/24"] },
  });
