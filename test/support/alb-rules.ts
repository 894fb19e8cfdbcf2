import { z } from "zod";
import type { StackJson } from "./synth.ts";

/** A request as the load balancer sees it: headers in order, a name may come several times. */
export type Headers = readonly (readonly [name: string, value: string])[];

export type ListenerRule = z.output<typeof rule>;

const rule = z.looseObject({
  priority: z.number(),
  action: z.array(z.object({ type: z.string() }).loose()),
  condition: z.array(
    z.strictObject({
      http_header: z.strictObject({ http_header_name: z.string(), values: z.array(z.string()) }),
    }),
  ),
});

/** `*` is any text, `?` any one character, everything else itself: to be taken without regard to case. */
export const expressionOf = (pattern: string): string => {
  const expression = [...pattern]
    .map((char) =>
      char === "*" ? ".*" : char === "?" ? "." : char.replace(/[\\^$.+()[\]{}|]/g, "\\$&"),
    )
    .join("");
  return `^${expression}$`;
};

const matches = (pattern: string, value: string): boolean =>
  new RegExp(expressionOf(pattern), "is").test(value);

/** A listener's rules, in the order of their priority. */
export const rulesOf = (ingress: StackJson): readonly ListenerRule[] =>
  Object.values(ingress.resource["aws_lb_listener_rule"] ?? {})
    .map((one) => rule.parse(one))
    .sort((a, b) => a.priority - b.priority);

/**
 * What a listener does with a request, by ALB's semantics: rules in the order of their priority, the
 * first of which all conditions hold; a condition holds when any of its values matches any of the
 * header's occurrences; else the default action.
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/application/rule-condition-types.html
 * @param keyOf the value that Terraform would give a reference
 */
export const actionOf = (
  ingress: StackJson,
  headers: Headers,
  keyOf: (reference: string) => string,
): string => {
  const found = rulesOf(ingress).find(({ condition }) =>
    condition.every(({ http_header: { http_header_name, values } }) =>
      headers.some(
        ([name, value]) =>
          name.toLowerCase() === http_header_name.toLowerCase() &&
          values.some((pattern) => matches(keyOf(pattern), value)),
      ),
    ),
  );
  return found?.action[0]?.type ?? "default";
};
