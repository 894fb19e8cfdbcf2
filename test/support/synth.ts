import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { RandomProvider } from "@cdktf/provider-random/lib/provider";
import { App, LocalBackend, TerraformStack } from "cdktf";
import { z } from "zod";
import { loadEnvironment } from "../../config/load.ts";
import type { Environment } from "../../config/schema.ts";
import { buildStacks } from "../../stacks/index.ts";

export const ENVIRONMENTS_FOLDER = join(import.meta.dirname, "..", "..", "environments");
/** The day on which all tests synthesize. */
export const TODAY = "2026-11-23";

const block = z.record(z.string(), z.record(z.string(), z.unknown()));

/** A synthesized stack, as far as tests read it. */
const stackJson = z.looseObject({
  resource: z.record(z.string(), block).default({}),
  data: z.record(z.string(), block).default({}),
  output: z.record(z.string(), z.looseObject({ value: z.unknown() })).default({}),
  provider: z.record(z.string(), z.array(z.record(z.string(), z.unknown()))),
  terraform: z.looseObject({
    required_version: z.string(),
    required_providers: z.record(z.string(), z.object({ source: z.string(), version: z.string() })),
    backend: z.record(z.string(), z.record(z.string(), z.unknown())),
  }),
});
export type StackJson = z.output<typeof stackJson>;

export const example = (): Environment => loadEnvironment(ENVIRONMENTS_FOLDER, "example");
export const minimal = (): Environment => loadEnvironment(ENVIRONMENTS_FOLDER, "minimal");

/** Synthesizes what `build` makes, into a folder that is deleted again: the JSON of each stack id it names. */
const synthesizeApp = (build: (app: App) => readonly string[]): [id: string, json: StackJson][] => {
  const outdir = mkdtempSync(join(tmpdir(), "nixbarn-synth-"));
  try {
    const app = new App({ outdir });
    const ids = build(app);
    app.synth();
    return ids.map((id) => {
      const text = readFileSync(join(outdir, "stacks", id, "cdk.tf.json"), "utf8");
      return [id, stackJson.parse(JSON.parse(text))];
    });
  } finally {
    rmSync(outdir, { recursive: true });
  }
};

/**
 * Synthesizes an environment as main.ts does.
 * @returns each stack's JSON by its name without the environment's, in the order of deployment
 */
export const synthesize = (environment: Environment, today = TODAY): Record<string, StackJson> => {
  const stacks = synthesizeApp((app) =>
    buildStacks(app, {
      environment,
      stateFolder: "/state",
      today,
      provisioningTrigger: "trigger",
      projectFolder: "../../..",
    }).map(({ node }) => node.id),
  );
  return Object.fromEntries(
    stacks.map(([id, json]) => [id.slice(environment.name.length + 1), json]),
  );
};

/** Synthesizes what `build` puts into an otherwise empty stack. */
export const synthesizeOne = (build: (stack: TerraformStack) => void): StackJson => {
  const stacks = synthesizeApp((app) => {
    const stack = new TerraformStack(app, "one");
    new AwsProvider(stack, "aws", { region: "eu-central-1" });
    new RandomProvider(stack, "random", {});
    new LocalBackend(stack, { path: "/state/one.tfstate" });
    stack.addOverride("terraform.required_version", ">= 1.11.0");
    build(stack);
    return [stack.node.id];
  });
  const [[, json] = []] = stacks;
  if (json === undefined) throw new Error("nothing was synthesized");
  return json;
};

/** Every resource of a stack as `[type, name, settings]`. */
export const resourcesOf = (stack: StackJson): [string, string, Record<string, unknown>][] =>
  Object.entries(stack.resource).flatMap(([type, byName]) =>
    Object.entries(byName).map(([name, settings]): [string, string, Record<string, unknown>] => [
      type,
      name,
      settings,
    ]),
  );

/** The only resource of a type, or the only one whose name contains `part`; fails when it is not one. */
export const resource = (stack: StackJson, type: string, part = ""): Record<string, unknown> => {
  const found = Object.entries(stack.resource[type] ?? {}).filter(([name]) => name.includes(part));
  const [first] = found;
  if (first === undefined || found.length !== 1) {
    throw new Error(`${found.length} resources ${type} with ${JSON.stringify(part)}`);
  }
  return first[1];
};

/** How many resources of each type a stack has. */
export const inventory = (stack: StackJson): Record<string, number> =>
  Object.fromEntries(
    Object.entries(stack.resource)
      .map(([type, byName]): [string, number] => [type, Object.keys(byName).length])
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );

/** A stack's JSON for a snapshot: without cdktf's metadata, the state's place and provider versions. */
export const sanitize = (stack: StackJson): unknown => {
  const strip = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(strip);
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(
      Object.entries(value)
        .filter(([key]) => key !== "//")
        .map(([key, inner]) => [key, strip(inner)]),
    );
  };
  const { resource, data, output, provider } = stack;
  return strip({ provider, data, resource, output });
};
