/** TCP ports, each in one place. */
export const PORTS = {
  ssh: 22,
  nfs: 2049,
  https: 443,
  /** Buildbarn's frontend: gRPC without TLS, behind the load balancer. */
  frontendGrpc: 8980,
  storageGrpc: 8981,
  schedulerClientGrpc: 8982,
  schedulerWorkerGrpc: 8983,
  /** Read-only state of the queues, for tools. */
  schedulerStateGrpc: 8984,
  schedulerHttp: 7982,
  browserHttp: 7984,
  /** Health and metrics of every Buildbarn process. */
  diagnosticsHttp: 9980,
} as const;
