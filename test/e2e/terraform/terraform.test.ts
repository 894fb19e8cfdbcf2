import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { App } from "cdktf";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { stackOutputs } from "../../../config/outputs.ts";
import { parseEnvironment } from "../../../config/parse.ts";
import { isOwnOutput } from "../../../config/read-outputs.ts";
import { provisioningTrigger } from "../../../nix-server/trigger.ts";
import { buildStacks } from "../../../stacks/index.ts";
import { type AwsStandIn, startAws, terraformEnvironment } from "../support/aws-stand-in.ts";
import { createCertificate, createHostedZone } from "../support/seed.ts";
import { Terraform } from "../support/terraform.ts";
import { recordProvisioning } from "./record-provisioning.ts";

/** The stacks of AWS alone; suite kubernetes has the others. */
const STACKS = ["network", "nix-server", "cluster", "ingress"] as const;
type StackName = (typeof STACKS)[number];
const NOTHING = { network: [], "nix-server": [], cluster: [], ingress: [] };

/** An environment file as plain data, which the changes below edit. */
interface Draft {
  region: string;
  domain: { name: string; hostedZoneId?: string; certificateArn?: string };
  access: { apiKeys?: { name: string; generation?: number }[] };
  nixServer: { volume?: { sizeGiB?: number; allowDestroy?: boolean } };
  buildbarn?: { pools: object[] };
}

const read = (name: string): Draft =>
  parse(readFileSync(join(import.meta.dirname, `../../../environments/${name}.yaml`), "utf8"));

/** What one generation of a key consists of. */
const keyResources = (key: string, action: string): string[] =>
  [
    "aws_lb_listener_rule.api-key-KEY_rule",
    "aws_secretsmanager_secret.api-key-KEY_secret",
    "aws_secretsmanager_secret_version.api-key-KEY_secret-value",
    "random_bytes.api-key-KEY_key",
  ].map((address) => `${address.replace("KEY", key)}: ${action}`);

/** Drops the hash that CDKTF appends to each address: what is compared is kind, place and action. */
const withoutHashes = (changes: readonly string[]): string[] =>
  changes.map((change) => change.replace(/_[0-9A-F]{8}: /, ": ")).sort();

interface Change {
  readonly what: string;
  readonly edit: (draft: Draft, key: string) => void;
  readonly expected: (key: string) => Partial<Record<StackName, string[]>>;
}

const CHANGES: readonly Change[] = [
  {
    what: "a rotated key",
    edit: (draft, key) => {
      const keys = draft.access.apiKeys ?? [{ name: key }];
      draft.access.apiKeys = keys.map((one) =>
        one.name === key ? { ...one, generation: 2 } : one,
      );
    },
    expected: (key) => ({
      ingress: [
        ...keyResources(`${key}-1`, "delete"),
        ...keyResources(`${key}-2`, "create"),
      ].sort(),
    }),
  },
  {
    what: "a grown volume",
    edit: (draft) => {
      draft.nixServer.volume = { ...draft.nixServer.volume, sizeGiB: 400 };
    },
    expected: () => ({
      "nix-server": [
        "aws_ebs_volume.store: update",
        "terraform_data.provisioning_run: delete, create",
      ],
    }),
  },
  {
    what: "one more pool",
    edit: (draft) => {
      const pools = draft.buildbarn?.pools ?? [{ name: "linux-amd64" }];
      draft.buildbarn = {
        ...draft.buildbarn,
        pools: [...pools, { name: "gpu", platform: { gpu: "yes" } }],
      };
    },
    expected: () => ({
      cluster: [
        "aws_eks_node_group.worker-gpu: create",
        "aws_launch_template.worker-gpu_launch-template: create",
      ],
    }),
  },
];

describe.each([
  { name: "example", key: "laptops" },
  { name: "minimal", key: "default" },
])("$name", ({ name, key }) => {
  const folder = mkdtempSync(join(tmpdir(), "nixbarn-e2e-"));
  const draft = read(name);
  const keys = new Set<string>();
  const recorder = recordProvisioning(join(folder, "project"));
  let aws: AwsStandIn;
  let terraform: Readonly<Record<StackName, Terraform>>;

  /** Synthesizes the draft as it is now over what was synthesized before. */
  const synthesize = () => {
    const parsed = parseEnvironment(draft);
    if (!parsed.ok) throw new Error(parsed.faults.map((fault) => fault.text).join("\n"));
    const app = new App({ outdir: join(folder, "out") });
    buildStacks(app, {
      environment: parsed.environment,
      stateFolder: join(folder, "state"),
      today: "2026-11-23",
      provisioningTrigger: provisioningTrigger(parsed.environment),
      projectFolder: recorder.folder,
    });
    app.synth();
  };

  /** A second plan changes nothing, neither resources nor outputs; notes the keys that there are now. */
  const expectNothingLeft = async (stack: StackName): Promise<void> => {
    const { exitCode, output } = await terraform[stack].plan();
    expect(exitCode, output).toBe(0);
    if (stack === "ingress") for (const one of await terraform.ingress.keysInState()) keys.add(one);
  };

  const planAll = async (): Promise<Record<StackName, string[]>> => {
    const plans = { ...NOTHING };
    for (const stack of STACKS) {
      Object.assign(plans, { [stack]: withoutHashes((await terraform[stack].plan()).changes) });
    }
    return plans;
  };

  beforeAll(async () => {
    aws = await startAws(folder);
    const endpoint = aws.environment["AWS_ENDPOINT_URL"] ?? "";
    if (draft.domain.hostedZoneId !== undefined) {
      aws.rename(draft.domain.hostedZoneId, await createHostedZone(endpoint, draft.domain.name));
    }
    if (draft.domain.certificateArn !== undefined) {
      draft.domain.certificateArn = await createCertificate(
        endpoint,
        draft.region,
        draft.domain.name,
      );
    }
    synthesize();
    const env = { ...aws.environment, ...terraformEnvironment() };
    const at = (stack: StackName) =>
      new Terraform(join(folder, "out", "stacks", `${name}-${stack}`), env);
    terraform = {
      network: at("network"),
      "nix-server": at("nix-server"),
      cluster: at("cluster"),
      ingress: at("ingress"),
    };
  });

  afterAll(() => {
    aws.stop();
    rmSync(folder, { recursive: true });
  });

  test.each(STACKS)(
    "%s: init, validate, apply, nothing left to do, outputs as typed",
    async (stack) => {
      await terraform[stack].init();
      await terraform[stack].run(["validate"]);
      await terraform[stack].apply();
      await expectNothingLeft(stack);
      const outputs = Object.entries(await terraform[stack].outputs()).filter(([output]) =>
        isOwnOutput(output),
      );
      expect(() => stackOutputs[stack].parse(Object.fromEntries(outputs))).not.toThrow();
    },
  );

  test("the Nix server was provisioned once, with its own outputs in the environment", async () => {
    const { volumeId, instanceId } = stackOutputs["nix-server"]
      .loose()
      .parse(await terraform["nix-server"].outputs());
    expect(recorder.runs()).toEqual([
      {
        args: ["apply"],
        environment: name,
        outputs: { [`${name}-nix-server`]: expect.objectContaining({ volumeId, instanceId }) },
      },
    ]);
  });

  test.each(CHANGES)("$what touches only what it should", async ({ edit, expected }) => {
    edit(draft, key);
    synthesize();
    const plans = await planAll();
    expect(plans).toEqual({ ...NOTHING, ...expected(key) });
    for (const stack of STACKS.filter((one) => plans[one].length > 0)) {
      await terraform[stack].apply();
      await expectNothingLeft(stack);
    }
  });

  test("the grown volume was provisioned, nothing else", () => {
    expect(recorder.runs()).toHaveLength(2);
  });

  test("destroy keeps the store's volume until the environment allows it", async () => {
    await terraform.ingress.destroy();
    await terraform.cluster.destroy();
    await expect(terraform["nix-server"].destroy()).rejects.toThrow("Instance cannot be destroyed");
    draft.nixServer.volume = { ...draft.nixServer.volume, allowDestroy: true };
    synthesize();
    await terraform["nix-server"].destroy();
    await terraform.network.destroy();
    for (const stack of STACKS) expect(await terraform[stack].addresses()).toEqual([]);
  });

  test("nothing that Terraform printed shows a key, live or revoked", () => {
    const shown = (text: string) => [...keys].filter((one) => text.includes(one));
    const printed = STACKS.map((stack) => terraform[stack].transcript).join("\n");
    expect([...keys].filter((one) => !/^[0-9a-f]{64}$/.test(one))).toEqual([]);
    expect(keys.size).toBeGreaterThan(1);
    expect(printed).toContain("random_bytes.");
    expect(shown(printed)).toEqual([]);
    // The search does find a key where one is planted.
    expect(shown(`${printed} hex = "${[...keys][0]}"`)).toHaveLength(1);
  });
});
