/** TCP ports, each in one place. */
export const PORTS = {
  ssh: 22,
  nfs: 2049,
  https: 443,
  /** Buildbarn's frontend: gRPC without TLS, behind the load balancer. */
  frontendGrpc: 8980,
} as const;
