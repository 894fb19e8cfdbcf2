import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { App } from "cdktf";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { NAMESPACE, namesOf } from "../../../config/names.ts";
import type { Environment } from "../../../config/schema.ts";
import { buildStacks } from "../../../stacks/index.ts";
import { example, minimal, TODAY } from "../../support/synth.ts";
import { type AwsStandIn, startAws, terraformEnvironment } from "../support/aws-stand-in.ts";
import { finishNamespaceDeletion, TARGET_GROUP_BINDING } from "../support/cluster-objects.ts";
import { type KubeApi, startKubeApi } from "../support/kube-api.ts";
import { Terraform } from "../support/terraform.ts";
import {
  createCluster,
  fakeAwsCli,
  fitToEmptyCluster,
  pretendDeployed,
  WITH_THIRD_PARTY_CHARTS,
} from "./prepare.ts";

const folder = mkdtempSync(join(tmpdir(), "nixbarn-kubernetes-"));
let kube: KubeApi;
let aws: AwsStandIn;

beforeAll(async () => {
  kube = await startKubeApi(join(folder, "kube"));
  aws = await startAws(join(folder, "aws"), kube.controlPlane);
  const { status } = await kube.call(
    "POST",
    "/apis/apiextensions.k8s.io/v1/customresourcedefinitions",
    TARGET_GROUP_BINDING,
  );
  expect(status).toBe(201);
});
afterAll(async () => {
  aws?.stop();
  await kube?.stop();
  rmSync(folder, { recursive: true });
});

const list = z.object({ items: z.array(z.object({ metadata: z.object({ name: z.string() }) })) });

/** Names of all objects of a kind in the namespace. */
const names = async (path: string): Promise<string[]> => {
  const { body } = await kube.call("GET", path);
  return list
    .parse(body)
    .items.map(({ metadata }) => metadata.name)
    .sort();
};

describe.each([
  { name: "example", environment: example() },
  { name: "minimal", environment: minimal() },
])("$name", ({ name, environment }) => {
  const place = join(folder, name);
  const stackFolder = (stack: string) => join(place, "out", "stacks", `${name}-${stack}`);
  const stateFolder = join(place, "state");
  let platform: Terraform;
  let buildbarn: Terraform;

  const synthesize = (wanted: Environment): void => {
    mkdirSync(place, { recursive: true });
    const app = new App({ outdir: join(place, "out") });
    buildStacks(app, {
      environment: wanted,
      stateFolder,
      today: TODAY,
      provisioningTrigger: "trigger",
      projectFolder: resolve(import.meta.dirname, "../../.."),
    });
    app.synth();
    for (const stack of ["platform", "buildbarn"]) fitToEmptyCluster(stackFolder(stack));
  };

  beforeAll(async () => {
    synthesize(environment);
    for (const stack of ["network", "nix-server", "ingress"]) {
      pretendDeployed(stackFolder(stack), join(stateFolder, `${stack}.tfstate`));
    }
    const endpoint = aws.environment["AWS_ENDPOINT_URL"] ?? "";
    await createCluster(endpoint, environment.region, namesOf(name).cluster);
    const env = {
      ...aws.environment,
      ...terraformEnvironment(),
      PATH: fakeAwsCli(join(folder, "bin")),
    };
    platform = new Terraform(stackFolder("platform"), env);
    buildbarn = new Terraform(stackFolder("buildbarn"), env);
  });

  test("platform: accepted, and nothing left to do", async () => {
    await platform.init();
    await platform.run(["validate"]);
    await platform.apply();
    const { exitCode, output } = await platform.plan();
    expect(exitCode, output).toBe(0);
    const releases = (await platform.addresses()).filter((one) => one.startsWith("helm_release."));
    expect(releases).toHaveLength(WITH_THIRD_PARTY_CHARTS ? 3 : 0);
    expect(
      await names(`/apis/networking.k8s.io/v1/namespaces/${NAMESPACE}/networkpolicies`),
    ).toEqual(["default-deny"]);
  });

  test("buildbarn: every object accepted, and nothing left to do", async () => {
    await buildbarn.init();
    await buildbarn.run(["validate"]);
    await buildbarn.apply();
    const { exitCode, output } = await buildbarn.plan();
    expect(exitCode, output).toBe(0);
    const workers = environment.buildbarn.pools.map((pool) => `worker-${pool.name}`);
    expect(await names(`/apis/apps/v1/namespaces/${NAMESPACE}/deployments`)).toEqual(
      ["browser", "frontend", "scheduler", ...workers].sort(),
    );
    expect(await names(`/apis/apps/v1/namespaces/${NAMESPACE}/statefulsets`)).toEqual(["storage"]);
    expect(
      await names(`/apis/elbv2.k8s.aws/v1beta1/namespaces/${NAMESPACE}/targetgroupbindings`),
    ).toEqual(["frontend"]);
    expect(await names("/api/v1/persistentvolumes")).toEqual(
      workers.map((worker) => `${NAMESPACE}-${worker}-nix-store`).sort(),
    );
  });

  test("a changed pool changes its own release and nothing else but what the scheduler knows of it", async () => {
    const [first, ...others] = environment.buildbarn.pools;
    if (first === undefined) throw new Error("no pool");
    const change = async (pool: typeof first): Promise<string[]> => {
      synthesize({
        ...environment,
        buildbarn: { ...environment.buildbarn, pools: [pool, ...others] },
      });
      return (await buildbarn.plan()).changes;
    };
    const release = `helm_release.worker-${first.name}: update`;
    expect(await change({ ...first, concurrency: 4 })).toEqual([release]);
    await buildbarn.apply();
    expect((await buildbarn.plan()).exitCode).toBe(0);
    // Its timeouts and its platform are the scheduler's business too.
    expect(await change({ ...first, actionTimeoutSec: { default: 60, max: 120 } })).toEqual([
      "helm_release.scheduler: update",
      release,
    ]);
    synthesize(environment);
  });

  test("destroy leaves nothing", async () => {
    await buildbarn.destroy();
    const controller = setInterval(() => void finishNamespaceDeletion(kube, NAMESPACE), 1000);
    await platform.destroy().finally(() => clearInterval(controller));
    expect(await buildbarn.addresses()).toEqual([]);
    expect(await platform.addresses()).toEqual([]);
    expect(await names(`/apis/apps/v1/namespaces/${NAMESPACE}/deployments`)).toEqual([]);
    expect(await names("/api/v1/persistentvolumes")).toEqual([]);
  });
});
