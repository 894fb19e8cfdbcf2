import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** One run of `npm run nix-server` by Terraform. */
export interface ProvisioningRun {
  readonly args: readonly string[];
  readonly environment: string;
  readonly outputs: unknown;
}

const RECORD = `
const { appendFileSync } = require("node:fs");
appendFileSync("runs", JSON.stringify({
  args: process.argv.slice(2),
  environment: process.env.ENVIRONMENT,
  outputs: JSON.parse(process.env.NIXBARN_NIX_SERVER_OUTPUTS),
}) + "\\n");
`;

/** A folder that stands in for the project: its `nix-server` script only writes down how it was called. */
export const recordProvisioning = (
  folder: string,
): { readonly folder: string; readonly runs: () => ProvisioningRun[] } => {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "record.cjs"), RECORD);
  writeFileSync(
    join(folder, "package.json"),
    JSON.stringify({ scripts: { "nix-server": "node record.cjs" } }),
  );
  const file = join(folder, "runs");
  return {
    folder,
    runs: () =>
      existsSync(file)
        ? readFileSync(file, "utf8")
            .trimEnd()
            .split("\n")
            .map((line): ProvisioningRun => JSON.parse(line))
        : [],
  };
};
