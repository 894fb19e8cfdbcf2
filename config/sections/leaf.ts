import { z } from "zod";
import { INSTANCE_TYPE } from "../aws.ts";
import { formatCidr, networkOf, parseCidr } from "../cidr.ts";

/** What every key of the environment file carries beside its type. */
export type KeyDoc = {
  /** One or two sentences for docs/configuration.md and for editors. */
  readonly description: string;
  /** A value that is accepted, shown in error messages and in the documentation. */
  readonly example: unknown;
};

declare module "zod" {
  interface GlobalMeta {
    example?: unknown;
  }
}

/** A string held to a pattern; `must` completes the sentence "must be …". */
export const text = (must: string, pattern: RegExp, doc: KeyDoc) =>
  z
    .string()
    .regex(pattern, { error: `must be ${must}` })
    .meta(doc);

/** Lower-case words joined by hyphens, as most AWS and Kubernetes names allow. */
export const label = (maxLength: number, doc: KeyDoc) =>
  text(
    `lower-case letters, digits and single hyphens, starting with a letter, 1 to ${maxLength} characters`,
    new RegExp(`^(?=.{1,${maxLength}}$)[a-z][a-z0-9]*(-[a-z0-9]+)*$`),
    doc,
  );

/** A whole number in a closed range. */
export const whole = (min: number, max: number, doc: KeyDoc) => {
  const error = `must be a whole number from ${min} to ${max}`;
  return z.int({ error }).min(min, { error }).max(max, { error }).meta(doc);
};

export const flag = (doc: KeyDoc) => z.boolean({ error: "must be true or false" }).meta(doc);

export const choice = <const T extends readonly [string, ...string[]]>(values: T, doc: KeyDoc) =>
  z.enum(values, { error: `must be one of ${values.join(", ")}` }).meta(doc);

export const architecture = (doc: KeyDoc) => choice(["amd64", "arm64"], doc);

export const instanceType = (doc: KeyDoc) => text("an EC2 instance type", INSTANCE_TYPE, doc);

/** An IPv4 network without host bits. */
export const cidr = (doc: KeyDoc) =>
  z
    .string()
    .superRefine((value, context) => {
      const parsed = parseCidr(value);
      if (parsed === undefined) {
        context.addIssue({
          code: "custom",
          message: "must be an IPv4 network with its prefix length",
        });
        return;
      }
      const network = formatCidr(networkOf(parsed));
      if (network !== value) {
        context.addIssue({
          code: "custom",
          message: "must have no bits set after its prefix",
          params: { remedy: `did you mean ${network}` },
        });
      }
    })
    .meta(doc);

/** CIDRs that may not include the whole Internet. */
export const closedCidrs = (doc: KeyDoc) =>
  z
    .array(
      cidr({ description: "An IPv4 network.", example: "203.0.113.0/24" }).refine(
        (value) => (parseCidr(value)?.prefix ?? 32) >= 8,
        { error: "must not be open to the world; list the networks that you connect from" },
      ),
    )
    .meta(doc);
