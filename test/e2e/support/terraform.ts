import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { z } from "zod";

const planSchema = z.object({
  resource_changes: z
    .array(
      z.object({
        address: z.string(),
        change: z.object({ actions: z.array(z.string()) }),
      }),
    )
    .default([]),
});

/** Settings that let the AWS provider talk to a stand-in; never part of the product. */
const OVERRIDE = {
  provider: {
    aws: [
      {
        skip_credentials_validation: true,
        skip_metadata_api_check: "true",
        s3_use_path_style: true,
      },
    ],
  },
};

/** Terraform in one synthesized stack's folder. */
export class Terraform {
  private readonly folder: string;
  private readonly env: Readonly<Record<string, string>>;
  /** All that a person would have seen so far: every output except JSON, which is for programs. */
  transcript = "";

  constructor(folder: string, env: Readonly<Record<string, string>>) {
    this.folder = folder;
    this.env = env;
  }

  /** Runs Terraform and gives its output; an unexpected exit code fails with the end of what it said. */
  async run(
    args: readonly string[],
    exitCodes: readonly number[] = [0],
  ): Promise<{ exitCode: number; output: string }> {
    const { exitCode = 1, all } = await execa("terraform", [...args, "-no-color"], {
      cwd: this.folder,
      env: this.env,
      all: true,
      reject: false,
    });
    if (!args.includes("-json")) this.transcript += all;
    if (!exitCodes.includes(exitCode)) {
      throw new Error(
        `terraform ${args.join(" ")} in ${this.folder} ended with ${exitCode}:\n${all.slice(-6000)}`,
      );
    }
    return { exitCode, output: all };
  }

  async init(): Promise<void> {
    writeFileSync(join(this.folder, "zz_override.tf.json"), JSON.stringify(OVERRIDE));
    await this.run(["init", "-input=false"]);
  }

  async apply(): Promise<void> {
    await this.run(["apply", "-input=false", "-auto-approve"]);
  }

  /**
   * Plans into a file and lists the resources that would change, sorted, as in "aws_ebs_volume.store: update". `exitCode` is 0 only when
   * nothing at all would change, outputs included.
   */
  async plan(): Promise<{ exitCode: number; changes: string[]; output: string }> {
    const { exitCode, output } = await this.run(
      ["plan", "-input=false", "-detailed-exitcode", "-out=plan"],
      [0, 2],
    );
    const shown = await this.run(["show", "-json", "plan"]);
    const { resource_changes } = planSchema.parse(JSON.parse(shown.output));
    const changes = resource_changes
      .filter(({ change: { actions } }) => !["no-op", "read"].includes(actions.join()))
      .map(({ address, change }) => `${address}: ${change.actions.join(", ")}`);
    return { exitCode, changes: changes.sort(), output };
  }

  async destroy(): Promise<void> {
    await this.run(["destroy", "-input=false", "-auto-approve"]);
  }

  /** All outputs by name. */
  async outputs(): Promise<Record<string, unknown>> {
    const { output } = await this.run(["output", "-json"]);
    const byName = z.record(z.string(), z.object({ value: z.unknown() })).parse(JSON.parse(output));
    return Object.fromEntries(Object.entries(byName).map(([name, { value }]) => [name, value]));
  }

  /** Addresses of all managed resources in the state. */
  async addresses(): Promise<string[]> {
    const { output } = await this.run(["state", "list"]);
    return output.split("\n").filter((line) => line !== "" && !line.startsWith("data."));
  }

  /** The API keys themselves, from the state: to look for where they must not be. */
  async keysInState(): Promise<string[]> {
    const { output } = await this.run(["show", "-json"]);
    const state = z.object({
      values: z.object({
        root_module: z.object({
          resources: z.array(
            z.object({ type: z.string(), values: z.looseObject({ hex: z.string().optional() }) }),
          ),
        }),
      }),
    });
    return state
      .parse(JSON.parse(output))
      .values.root_module.resources.filter(({ type }) => type === "random_bytes")
      .flatMap(({ values }) => values.hex ?? []);
  }
}
