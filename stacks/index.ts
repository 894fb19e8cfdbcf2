import type { App } from "cdktf";
import type { Environment } from "../config/schema.ts";
import type { BaseStack } from "./base-stack.ts";
import { BuildbarnStack } from "./buildbarn-stack.ts";
import { ClusterStack } from "./cluster-stack.ts";
import { IngressStack } from "./ingress-stack.ts";
import { NetworkStack } from "./network-stack.ts";
import { NixServerStack } from "./nix-server-stack.ts";
import { PlatformStack } from "./platform-stack.ts";

export interface BuildProps {
  readonly environment: Environment;
  /** Folder of the local state files; used only when the environment keeps no state in S3. */
  readonly stateFolder: string;
  /** The day in UTC, YYYY-MM-DD: decides which previous API keys are still admitted. */
  readonly today: string;
  /** A hash of all that the provisioner would set on the Nix server. */
  readonly provisioningTrigger: string;
  /** Where package.json is, seen from a stack's folder in cdktf.out. */
  readonly projectFolder: string;
}

/** Builds all stacks of an environment, in the order in which they are deployed. */
export const buildStacks = (
  app: App,
  { today, provisioningTrigger, projectFolder, ...props }: BuildProps,
): BaseStack[] => {
  const network = new NetworkStack(app, props);
  const nixServer = new NixServerStack(app, {
    ...props,
    network: network.outputs,
    provisioningTrigger,
    projectFolder,
  });
  const cluster = new ClusterStack(app, {
    ...props,
    network: network.outputs,
    nixServer: nixServer.outputs,
  });
  const ingress = new IngressStack(app, {
    ...props,
    network: network.outputs,
    cluster: cluster.outputs,
    today,
  });
  const platform = new PlatformStack(app, { ...props, network: network.outputs });
  // They find the cluster by its name, which Terraform does not see as a reference.
  platform.addDependency(cluster);
  const buildbarn = new BuildbarnStack(app, {
    ...props,
    nixServer: nixServer.outputs,
    ingress: ingress.outputs,
    projectFolder,
  });
  buildbarn.addDependency(platform);
  return [network, nixServer, cluster, ingress, platform, buildbarn];
};
