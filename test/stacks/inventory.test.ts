import { describe, expect, test } from "vitest";
import { example, inventory, minimal, sanitize, synthesize } from "../support/synth.ts";

const stacks = synthesize(example());
const SNAPSHOT_LIMIT_KB = 40;

/** What example.yaml makes, stack by stack, and why each thing is there. */
const EXPECTED = {
  network: {
    aws_cloudwatch_log_group: 1, // flow logs
    aws_default_security_group: 1, // closed
    aws_eip: 1, // the NAT gateway's
    aws_flow_log: 1,
    aws_iam_role: 1, // flow logs' writer
    aws_iam_role_policy: 1,
    aws_internet_gateway: 1,
    aws_nat_gateway: 1, // single
    aws_route: 3, // public out, two private out
    aws_route_table: 3, // public, two private
    aws_route_table_association: 5, // one for each subnet
    aws_subnet: 5, // two public, two private, the Nix server's
    aws_vpc: 1,
    aws_vpc_endpoint: 1, // S3
  },
  "nix-server": {
    aws_dlm_lifecycle_policy: 1, // daily snapshots
    aws_ebs_volume: 1, // /nix
    aws_eip: 1, // ssh
    aws_iam_role: 1, // who takes the snapshots
    aws_iam_role_policy_attachment: 1,
    aws_instance: 1,
    aws_network_interface: 1, // keeps the address when the instance is replaced
    aws_security_group: 2, // the server's, and membership for NFS clients
    aws_volume_attachment: 1,
    aws_vpc_security_group_egress_rule: 1,
    aws_vpc_security_group_ingress_rule: 2, // ssh from one network, NFS from the workers
    terraform_data: 1, // runs the provisioner
  },
  cluster: {
    aws_cloudwatch_log_group: 1, // control plane
    aws_eks_access_entry: 1, // one for each admin role
    aws_eks_access_policy_association: 1,
    aws_eks_addon: 5, // pod identity, vpc-cni, kube-proxy, coredns, ebs-csi
    aws_eks_cluster: 1,
    aws_eks_node_group: 3, // system, two pools
    aws_iam_role: 4, // control plane, nodes, vpc-cni, ebs-csi
    aws_iam_role_policy_attachment: 5, // one each, two for the nodes
    aws_kms_key: 1, // Kubernetes secrets
    aws_launch_template: 3, // one for each node group
  },
  ingress: {
    aws_acm_certificate: 1,
    aws_acm_certificate_validation: 1,
    aws_lb: 1,
    aws_lb_listener: 1, // HTTPS alone
    aws_lb_listener_rule: 3, // laptops 1, ci 2 and the still valid ci 1
    aws_lb_target_group: 1,
    aws_route53_record: 2, // address, validation
    aws_secretsmanager_secret: 3, // one for each rule
    aws_secretsmanager_secret_version: 3,
    aws_security_group: 1,
    aws_vpc_security_group_egress_rule: 1, // to the frontend
    aws_vpc_security_group_ingress_rule: 3, // two client networks, frontend from the load balancer
    random_bytes: 3, // the keys
  },
  platform: {
    aws_eks_pod_identity_association: 2, // load balancer controller, autoscaler
    aws_iam_role: 2,
    aws_iam_role_policy: 2,
    helm_release: 3, // load balancer controller, autoscaler, metrics server
    kubernetes_namespace_v1: 1,
    kubernetes_network_policy_v1: 1, // everything is denied by default
    kubernetes_storage_class_v1: 1, // encrypted gp3
  },
  buildbarn: {
    helm_release: 6, // storage, scheduler, frontend, browser, two pools
  },
};

describe("inventory of the example environment", () => {
  test("its stacks, in the order of deployment", () => {
    expect(Object.keys(stacks)).toEqual(Object.keys(EXPECTED));
  });

  test.each(Object.entries(EXPECTED))("%s", (name, expected) => {
    const stack = stacks[name];
    expect(stack && inventory(stack)).toEqual(expected);
  });
});

describe("snapshot of the example environment", () => {
  test.each(Object.entries(stacks))("%s", async (name, stack) => {
    const text = `${JSON.stringify(sanitize(stack), null, 2)}\n`;
    expect(text.length / 1024).toBeLessThan(SNAPSHOT_LIMIT_KB);
    await expect(text).toMatchFileSnapshot(`__snapshots__/${name}.tf.json`);
  });
});

test("the minimal environment differs in what it leaves out", () => {
  const small = synthesize(minimal());
  const missing = Object.entries(EXPECTED).flatMap(([name, expected]) => {
    const stack = small[name];
    const own = stack === undefined ? {} : inventory(stack);
    return Object.entries(expected)
      .filter(([type, count]) => own[type] !== count)
      .map(([type, count]) => `${name} ${type}: ${own[type] ?? 0} instead of ${count}`);
  });
  expect(missing).toEqual([
    "network aws_cloudwatch_log_group: 0 instead of 1", // no flow logs
    "network aws_flow_log: 0 instead of 1",
    "network aws_iam_role: 0 instead of 1",
    "network aws_iam_role_policy: 0 instead of 1",
    "cluster aws_eks_node_group: 2 instead of 3", // one pool
    "cluster aws_launch_template: 2 instead of 3",
    "ingress aws_acm_certificate: 0 instead of 1", // a certificate is given, no hosted zone
    "ingress aws_acm_certificate_validation: 0 instead of 1",
    "ingress aws_lb_listener_rule: 1 instead of 3", // one key
    "ingress aws_route53_record: 0 instead of 2",
    "ingress aws_secretsmanager_secret: 1 instead of 3",
    "ingress aws_secretsmanager_secret_version: 1 instead of 3",
    "ingress aws_vpc_security_group_ingress_rule: 2 instead of 3", // one client network
    "ingress random_bytes: 1 instead of 3",
    "buildbarn helm_release: 5 instead of 6", // one pool
  ]);
});
