import { describe, expect, test } from "vitest";
import { z } from "zod";
import { CHARTS } from "../../config/versions.ts";
import { example, minimal, synthesize } from "../support/synth.ts";

/**
 * Names of values that the charts document at the version looked up, of those that we set. Helm takes
 * unknown values without a word, so a misspelt one would do nothing; a raised version is looked up anew.
 */
const DOCUMENTED: Readonly<
  Record<string, { readonly version: string; readonly values: readonly string[] }>
> = {
  // https://github.com/aws/eks-charts/blob/5239609242f3430be50fb0b714a24d3ef2b47983/stable/aws-load-balancer-controller/values.yaml
  "aws-load-balancer-controller": {
    version: "3.5.0",
    values: [
      "clusterName",
      "region",
      "vpcId",
      "enableServiceMutatorWebhook",
      "serviceAccount.name",
    ],
  },
  // https://github.com/kubernetes/autoscaler/blob/cluster-autoscaler-chart-9.59.0/cluster-autoscaler/charts/cluster-autoscaler/values.yaml
  "cluster-autoscaler": {
    version: "9.59.0",
    values: [
      ...["awsRegion", "autoDiscovery.clusterName", "image.tag", "rbac.serviceAccount.name"],
      // Flags of the program: https://github.com/kubernetes/autoscaler/blob/cluster-autoscaler-1.36.1/cluster-autoscaler/config/flags/flags.go
      ...["extraArgs.balance-similar-node-groups", "extraArgs.skip-nodes-with-local-storage"],
      ...["extraArgs.expander"],
    ],
  },
  // https://github.com/kubernetes-sigs/metrics-server/blob/metrics-server-helm-chart-3.13.0/charts/metrics-server/values.yaml
  "metrics-server": { version: "3.13.0", values: [] },
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
  leaves(values).filter((name) => name !== "" && !DOCUMENTED[chart]?.values.includes(name));

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

  test("are of the versions whose values were looked up", () => {
    const lookedUp = Object.entries(DOCUMENTED).map(([name, { version }]) => [name, version]);
    expect(releases.map(({ name, version }) => [name, version]).sort()).toEqual(lookedUp.sort());
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
