import { describe, expect, test } from "vitest";
import type { Environment } from "../../config/schema.ts";
import { example, minimal, resource, type StackJson, synthesize } from "../support/synth.ts";

const stackOf = (name: string, environment: Environment, today?: string): StackJson => {
  const stack = synthesize(environment, today)[name];
  if (stack === undefined) throw new Error(`no stack ${name}`);
  return stack;
};
const count = (stack: StackJson, type: string): number =>
  Object.keys(stack.resource[type] ?? {}).length;

describe("network", () => {
  test("a NAT gateway in each zone, and each zone's way out through its own", () => {
    const environment = example();
    const stack = stackOf("network", {
      ...environment,
      network: { ...environment.network, nat: "per-zone" },
    });
    expect(count(stack, "aws_nat_gateway")).toBe(2);
    const ways = Object.values(stack.resource["aws_route"] ?? {}).flatMap(
      (route) => route["nat_gateway_id"] ?? [],
    );
    expect(new Set(ways).size).toBe(2);
  });

  test("a private Nix server's subnet has no route from the Internet", () => {
    const environment = example();
    const privately = stackOf("network", {
      ...environment,
      nixServer: { ...environment.nixServer, public: false },
    });
    const route = (stack: StackJson) =>
      resource(stack, "aws_route_table_association", "nix-server")["route_table_id"];
    expect(route(stackOf("network", environment))).toMatch(/public-routes/);
    expect(route(privately)).toMatch(/private-routes/);
  });
});

describe("nix-server", () => {
  const environment = example();
  const stack = stackOf("nix-server", environment);

  test("its address and its volume are not the instance's own, so that it can be replaced", () => {
    const instance = resource(stack, "aws_instance");
    expect(instance["primary_network_interface"]).toMatchObject({
      network_interface_id: expect.stringContaining("aws_network_interface"),
    });
    expect(instance["ebs_block_device"]).toBeUndefined();
    expect(resource(stack, "aws_network_interface")).toMatchObject({
      private_ips: ["10.40.224.10"],
    });
  });

  test("a new image or user data never replaces it", () => {
    expect(resource(stack, "aws_instance")).toMatchObject({
      lifecycle: { ignore_changes: ["ami", "user_data"] },
    });
  });

  test("user data holds the admins' public keys and nothing else", () => {
    const [alice] = environment.nixServer.admins;
    expect(resource(stack, "aws_instance")["user_data"]).toBe(
      `#cloud-config\nssh_authorized_keys:\n  - ${alice?.publicKey}\npackage_update: false\n`,
    );
  });

  test("a private one has no Elastic IP and is reached at its private address", () => {
    const privately = stackOf("nix-server", {
      ...environment,
      nixServer: { ...environment.nixServer, public: false },
    });
    expect(count(privately, "aws_eip")).toBe(0);
    expect(privately.output["sshAddress"]?.value).toBe("10.40.224.10");
  });
});

describe("cluster", () => {
  const environment = example();
  const stack = stackOf("cluster", environment);

  test("workers may mount the store, system nodes may not", () => {
    const groups = (part: string) =>
      JSON.stringify(resource(stack, "aws_launch_template", part)["vpc_security_group_ids"]);
    expect(groups("worker-linux-amd64")).toMatch(/nfs-clients/);
    expect(groups("system")).not.toMatch(/nfs-clients/);
  });

  test("all nodes live in the store's zone, the control plane in all", () => {
    const subnets = (settings: Record<string, unknown>) => settings["subnet_ids"];
    expect(subnets(resource(stack, "aws_eks_node_group", "system"))).toHaveLength(1);
    expect(resource(stack, "aws_eks_cluster")).toMatchObject({
      vpc_config: { subnet_ids: { length: 2 } },
    });
  });

  test("without networks of its own the API is reached from inside the VPC alone", () => {
    const closed = stackOf("cluster", {
      ...environment,
      cluster: { ...environment.cluster, endpointCidrs: [] },
    });
    expect(resource(closed, "aws_eks_cluster")).toMatchObject({
      vpc_config: { endpoint_private_access: true, endpoint_public_access: false },
    });
  });
});

describe("ingress", () => {
  test("an unknown key gets a readable 401", () => {
    const listener = resource(stackOf("ingress", example()), "aws_lb_listener");
    expect(listener["default_action"]).toEqual([
      {
        type: "fixed-response",
        fixed_response: {
          status_code: "401",
          content_type: "text/plain",
          message_body: "missing or unknown x-api-key: give Bazel --remote_header=x-api-key=<key>",
        },
      },
    ]);
  });

  test("a previous generation is admitted until its last day", () => {
    expect(count(stackOf("ingress", example(), "2099-12-31"), "aws_lb_listener_rule")).toBe(3);
    expect(count(stackOf("ingress", example(), "2100-01-01"), "aws_lb_listener_rule")).toBe(2);
  });

  test("long streams: the idle timeout is far above Buildbarn's update each minute", () => {
    expect(resource(stackOf("ingress", example()), "aws_lb")).toMatchObject({
      idle_timeout: 4000,
      client_keep_alive: 86400,
    });
  });

  test("targets are gRPC, checked by grpc.health.v1", () => {
    expect(resource(stackOf("ingress", minimal()), "aws_lb_target_group")).toMatchObject({
      protocol_version: "GRPC",
      target_type: "ip",
      health_check: { path: "/grpc.health.v1.Health/Check", matcher: "0" },
    });
  });
});

describe("state", () => {
  const network = (state: Environment["state"]) =>
    stackOf("network", { ...example(), state }).terraform.backend;

  test("local by default, a file for each stack", () => {
    expect(network({})).toEqual({ local: { path: "/state/network.tfstate" } });
  });

  test("in S3 with encryption and a lock file", () => {
    expect(network({ s3: { bucket: "my-state", prefix: "nixbarn" } })).toEqual({
      s3: {
        bucket: "my-state",
        key: "nixbarn/example/network.tfstate",
        region: "eu-central-1",
        encrypt: true,
        use_lockfile: true,
      },
    });
  });

  test("consumers read their producers' state from the same place", () => {
    const { data } = stackOf("nix-server", {
      ...example(),
      state: { s3: { bucket: "my-state", prefix: "nixbarn" } },
    });
    expect(Object.values(data["terraform_remote_state"] ?? {})).toMatchObject([
      { backend: "s3", config: { bucket: "my-state", key: "nixbarn/example/network.tfstate" } },
    ]);
  });
});
