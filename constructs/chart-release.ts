import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { Release } from "@cdktf/provider-helm/lib/release";
import type { Construct } from "constructs";
import { stringify } from "yaml";
import { NAMESPACE } from "../config/names.ts";

export interface ChartReleaseProps {
  readonly name: string;
  /** A folder of charts/ and a file of helm-values/. */
  readonly chart: string;
  /** What depends on the environment; laid over the chart's values file. */
  readonly values: object;
  /** Where charts/ is, seen from the stack's folder in cdktf.out. */
  readonly projectFolder: string;
  /** Wait until all pods are ready: not for pods that may have to wait for nodes. */
  readonly wait: boolean;
}

const ROOT = resolve(import.meta.dirname, "..");
const TIMEOUT_SEC = 900;

/** A hash of a chart's files: Terraform itself looks at the chart's version alone. */
const readChecksum = (chart: string): string => {
  const folder = join(ROOT, "charts", chart);
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  const hash = createHash("sha256");
  for (const file of files) hash.update(file.slice(folder.length)).update(readFileSync(file));
  return hash.digest("hex").slice(0, 12);
};

/** By chart: the pools' releases share one. */
const checksums = new Map<string, string>();
const chartChecksum = (chart: string): string => {
  const checksum = checksums.get(chart) ?? readChecksum(chart);
  checksums.set(chart, checksum);
  return checksum;
};

/** A Helm release of one of our own charts. */
export class ChartRelease extends Release {
  constructor(scope: Construct, id: string, props: ChartReleaseProps) {
    super(scope, id, {
      name: props.name,
      namespace: NAMESPACE,
      chart: `${props.projectFolder}/charts/${props.chart}`,
      description: `chart ${props.chart} ${chartChecksum(props.chart)}`,
      values: [
        readFileSync(join(ROOT, "helm-values", `${props.chart}.yaml`), "utf8"),
        stringify(props.values, { lineWidth: 0, aliasDuplicateObjects: false }),
      ],
      wait: props.wait,
      timeout: TIMEOUT_SEC,
      maxHistory: 5,
    });
  }
}
