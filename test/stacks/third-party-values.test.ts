import { describe, expect, test } from "vitest";
import { z } from "zod";
import { CHARTS } from "../../config/versions.ts";
import { example, minimal, synthesize } from "../support/synth.ts";

/**
 * Names of values that the charts document, of those that we set. Their charts take unknown values
 * without a word, so a misspelt one would do nothing.
 * https://github.com/kubernetes-sigs/aws-load-balancer-controller/blob/main/helm/aws-load-balancer-controller/values.yaml
 * https://github.com/kubernetes/autoscaler/blob/master/charts/cluster-autoscaler/values.yaml
 * https://github.com/kubernetes-sigs/metrics-server/blob/master/charts/metrics-server/values.yaml
 */
const DOCUMENTED: Readonly<Record<string, readonly string[]>> = {
  [CHARTS.loadBalancerController.name]: [
    ...["clusterName", "region", "vpcId", "enableServiceMutatorWebhook", "serviceAccount.name"],
  ],
  [CHARTS.clusterAutoscaler.name]: [
    ...["awsRegion", "autoDiscovery.clusterName", "image.tag", "rbac.serviceAccount.name"],
    // Arguments of the program: https://github.com/kubernetes/autoscaler/blob/master/cluster-autoscaler/FAQ.md
    ...["extraArgs.balance-similar-node-groups", "extraArgs.skip-nodes-with-local-storage"],
    ...["extraArgs.expander"],
  ],
  [CHARTS.metricsServer.name]: [],
};

const release = z.looseObject({
  name: z.string(),
  version: z.string(),
  repository: z.string(),
  values: z.array(z.string()),
});

const leaves = (value: unknown, path = ""): string[] =>
  typeof value === "object" && value !== null
    ? Object.entries(value).flatMap(([key, inner]) => leaves(inner, path ? `${path}.${key}` : key))
    : [path];

const undocumented = (chart: string, values: unknown): string[] =>
  leaves(values).filter((name) => name !== "" && !DOCUMENTED[chart]?.includes(name));

describe.each([
  ["example", example()],
  ["minimal", minimal()],
])("charts of others in %s", (_, environment) => {
  const releases = Object.values(
    synthesize(environment)["platform"]?.resource["helm_release"] ?? {},
  ).map((one) => release.parse(one));

  test("are those that config/versions.ts pins", () => {
    expect(releases.map(({ name, version }) => [name, version]).sort()).toEqual(
      Object.values(CHARTS)
        .map(({ name, version }) => [name, version])
        .sort(),
    );
  });

  test("get documented values only", () => {
    for (const { name, values } of releases) {
      expect(undocumented(name, JSON.parse(values.join("")))).toEqual([]);
    }
  });
});

test("a misspelt value is caught", () => {
  expect(undocumented("cluster-autoscaler", { awsregion: "x", image: { tag: "y" } })).toEqual([
    "awsregion",
  ]);
});
