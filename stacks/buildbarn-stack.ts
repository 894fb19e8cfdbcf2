import type { Construct } from "constructs";
import { releases } from "../buildbarn/releases.ts";
import { CANARY } from "../config/canary.ts";
import { namesOf } from "../config/names.ts";
import type { StackOutputs } from "../config/outputs.ts";
import { poolConstraints, poolPlatform } from "../config/platform.ts";
import { ChartRelease } from "../constructs/chart-release.ts";
import { ClusterProviders } from "../constructs/cluster-providers.ts";
import { BaseStack, type StackProps } from "./base-stack.ts";

export interface BuildbarnStackProps extends StackProps {
  readonly nixServer: Pick<StackOutputs<"nix-server">, "privateAddress">;
  readonly ingress: Pick<StackOutputs<"ingress">, "targetGroupArn">;
  /** Where charts/ is, seen from the stack's folder in cdktf.out. */
  readonly projectFolder: string;
}

/** Remote execution itself: one Helm release for each component and each worker pool. */
export class BuildbarnStack extends BaseStack {
  readonly outputs: StackOutputs<"buildbarn">;

  constructor(scope: Construct, props: BuildbarnStackProps) {
    super(scope, "buildbarn", props);
    const { environment, nixServer, ingress, projectFolder } = props;
    new ClusterProviders(this, "providers", {
      clusterName: namesOf(environment.name).cluster,
      region: environment.region,
    });
    const wanted = releases(environment, {
      nixServerAddress: nixServer.privateAddress,
      targetGroupArn: ingress.targetGroupArn,
      canaryPath: CANARY.storePath,
    });
    for (const { name, chart, values } of wanted) {
      // A pool's nodes may be long in coming; the scheduler keeps its actions until then.
      new ChartRelease(this, name, {
        name,
        chart,
        values,
        projectFolder,
        wait: chart !== "worker",
      });
    }
    this.outputs = this.publish({
      pools: environment.buildbarn.pools.map((pool) => ({
        name: pool.name,
        execProperties: poolPlatform(pool),
        constraintValues: [...poolConstraints(pool)],
      })),
    });
  }
}
