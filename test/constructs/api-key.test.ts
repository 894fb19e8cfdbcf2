import { describe, expect, test } from "vitest";
import { ApiKey } from "../../constructs/api-key.ts";
import { resource, synthesizeOne } from "../support/synth.ts";

const stack = synthesizeOne((scope) => {
  new ApiKey(scope, "key", {
    listenerArn: "arn:listener",
    targetGroupArn: "arn:target-group",
    priority: 7,
    secretName: "nixbarn/example/api-keys/ci/1",
  });
});

describe("ApiKey", () => {
  test("the key is 256 random bits that Terraform marks sensitive", () => {
    expect(resource(stack, "random_bytes")).toMatchObject({ length: 32 });
  });

  test("the rule and the secret hold the same key", () => {
    const [key] = Object.keys(stack.resource["random_bytes"] ?? {});
    const reference = `\${random_bytes.${key}.hex}`;
    expect(resource(stack, "aws_secretsmanager_secret_version")).toMatchObject({
      secret_string: reference,
    });
    expect(resource(stack, "aws_lb_listener_rule")).toMatchObject({
      priority: 7,
      condition: [{ http_header: { http_header_name: "x-api-key", values: [reference] } }],
      action: [{ type: "forward", target_group_arn: "arn:target-group" }],
    });
  });

  test("a revoked key's secret is gone at once, so that its name is free", () => {
    expect(resource(stack, "aws_secretsmanager_secret")).toMatchObject({
      name: "nixbarn/example/api-keys/ci/1",
      recovery_window_in_days: 0,
    });
  });
});
