import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { COMPONENTS, releases } from "../../buildbarn/releases.ts";
import { CANARY } from "../../config/canary.ts";
import { example } from "../support/synth.ts";

const root = join(import.meta.dirname, "../..");
const object = z.record(z.string(), z.unknown());
const schemaOf = (chart: string) =>
  z
    .looseObject({ required: z.array(z.string()), properties: object })
    .parse(JSON.parse(readFileSync(join(root, "charts", chart, "values.schema.json"), "utf8")));

const WANTED = releases(example(), {
  nixServerAddress: "10.0.0.1",
  targetGroupArn: "arn:aws:x",
  canaryPath: CANARY.storePath,
});

describe.each(COMPONENTS)("chart %s", (chart) => {
  const values = object.parse(parse(readFileSync(join(root, `helm-values/${chart}.yaml`), "utf8")));
  const release = WANTED.find((one) => one.chart === chart);
  const templates = readdirSync(join(root, "charts", chart, "templates")).map((file) =>
    readFileSync(join(root, "charts", chart, "templates", file), "utf8"),
  );
  const text = templates.join("\n");

  test("its module, values file and release bear its name", () => {
    expect(existsSync(join(root, `buildbarn/${chart}.ts`))).toBe(true);
    expect(release?.chart).toBe(chart);
  });

  test("gets exactly the values that its schema knows, each from one place", () => {
    const given = [...Object.keys(values), ...Object.keys(release?.values ?? {})];
    expect(given.toSorted()).toEqual(schemaOf(chart).required);
    expect(Object.keys(schemaOf(chart).properties)).toEqual(expect.arrayContaining(given));
  });

  test("uses every value, and none that is not there", () => {
    const used = new Set([...text.matchAll(/\.Values\.(\w+)/g)].map(([, name]) => name));
    expect([...used].toSorted()).toEqual(schemaOf(chart).required);
  });

  test("every container: read-only root, no escalation, no capabilities but named ones, limits", () => {
    const containers = text.match(/^ +image: /gm)?.length ?? 0;
    const count = (pattern: RegExp) => text.match(pattern)?.length ?? 0;
    expect(containers).toBeGreaterThan(0);
    expect(count(/readOnlyRootFilesystem: true/g)).toBe(containers);
    expect(count(/allowPrivilegeEscalation: false/g)).toBe(containers);
    expect(count(/drop: \[ALL\]/g)).toBe(containers);
    expect(count(/^ +resources:\n +\{\{- toYaml/gm)).toBe(containers);
    expect(text).toContain("automountServiceAccountToken: false");
    expect(text).toContain("type: RuntimeDefault");
    expect(count(/add: \[/g)).toBe(chart === "worker" ? 1 : 0);
  });

  test("is probed, guarded by a network policy, and rolled out when its configuration changes", () => {
    expect(text).toContain("livenessProbe:");
    expect(text).toContain("readinessProbe:");
    expect(text).toContain("kind: NetworkPolicy");
    expect(text).toContain("policyTypes: [Ingress, Egress]");
    expect(text).toContain("nixbarn/config-checksum:");
  });
});

const template = (chart: string, file: string) =>
  readFileSync(join(root, "charts", chart, "templates", file), "utf8");

test("the folders that worker and actions share are sticky: an action cannot swap the cache", () => {
  const modes = [...template("worker", "deployment.yaml").matchAll(/chmod (\d+) ([^&"]+)/g)];
  expect(modes.map(([, mode, folders]) => [mode, folders?.trim()])).toEqual([
    ["1777", "/worker /worker/build"],
    ["0700", "/worker/cache"],
  ]);
});

test("a leaving frontend waits for the load balancer, then for its streams", () => {
  const text = template("frontend", "deployment.yaml");
  expect(text).toMatch(/preStop:\n +sleep:\n +seconds: 15\n/);
  const frontend = WANTED.find(({ chart }) => chart === "frontend");
  expect(frontend?.values).toMatchObject({ config: { grpcServers: [{ stopGracefully: true }] } });
});

test("the autoscaler alone says how many workers there are", () => {
  expect(template("worker", "deployment.yaml")).not.toMatch(/^ +replicas:/m);
  expect(template("worker", "horizontal-pod-autoscaler.yaml")).toMatch(
    /minReplicas: .*replicas\.min .*\n +maxReplicas: .*replicas\.max /,
  );
});
