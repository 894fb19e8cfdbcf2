import { z } from "zod";

const id = z.string().min(1);

/**
 * What each stack publishes: the contract between stacks, and between Terraform and everything that
 * reads its outputs (provisioner, client bundle, doctor). Other stacks take only strings and lists of
 * strings.
 */
export const stackOutputs = {
  network: z.strictObject({
    vpcId: id,
    /** One for each zone, in the environment's order; the first is the Nix server's zone. */
    publicSubnetIds: z.array(id),
    privateSubnetIds: z.array(id),
    nixServerSubnetId: id,
  }),
  "nix-server": z.strictObject({
    instanceId: id,
    /** Fixed: the address that workers mount /nix/store from. */
    privateAddress: id,
    /** Where ssh connects: the Elastic IP, or the private address of a server without one. */
    sshAddress: id,
    /** The volume of /nix, as in `vol-0123456789abcdef0`; its serial number has no hyphen. */
    volumeId: id,
    /** Membership in this security group admits a node to the NFS export. */
    nfsClientSecurityGroupId: id,
  }),
  cluster: z.strictObject({
    clusterName: id,
    /** The security group that EKS makes for control plane and nodes. */
    clusterSecurityGroupId: id,
    workerNodeRoleArn: id,
  }),
  ingress: z.strictObject({
    /** The name that Bazel connects to: grpcs://… */
    endpoint: id,
    loadBalancerDnsName: id,
    /** Where the frontend's pods register. */
    targetGroupArn: id,
    /** Secrets Manager names of all live API keys, as `<…>/<key>/<generation>`. */
    apiKeySecretNames: z.array(id),
  }),
  platform: z.strictObject({ namespace: id }),
  buildbarn: z.strictObject({
    pools: z.array(
      z.strictObject({
        name: id,
        /** What an action must carry to run on the pool: exactly these. */
        execProperties: z.record(z.string(), z.string()),
        /** Of the Bazel platform that stands for the pool. */
        constraintValues: z.array(id),
      }),
    ),
  }),
} as const;

export type StackOutputs<Stack extends keyof typeof stackOutputs> = Readonly<
  z.output<(typeof stackOutputs)[Stack]>
>;
