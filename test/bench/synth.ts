/**
 * `npm run bench:synth`: whole runs of main.ts beside a one-VPC CDKTF program, both started as
 * cdktf.json says, in turn, and the growth from 1 to 10 to 50 worker pools. Then both once more in Node
 * alone, without what npx takes. Prints medians and ratios; judges nothing.
 */
import { spawnSync } from "node:child_process";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { z } from "zod";
import { copyProgram } from "../support/program-copy.ts";

const RUNS = Number(process.argv[2] ?? 9);
const work = copyProgram();

const ONE_VPC = `import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { Vpc } from "@cdktf/provider-aws/lib/vpc";
import { App, TerraformStack } from "cdktf";
const app = new App({ outdir: "one-vpc.out" });
const stack = new TerraformStack(app, "one");
new AwsProvider(stack, "aws", { region: "eu-central-1" });
new Vpc(stack, "vpc", { cidrBlock: "10.0.0.0/16" });
app.synth();
`;

const prepare = (): void => {
  writeFileSync(join(work, "one-vpc.ts"), ONE_VPC);
  const minimal = parse(readFileSync(join(work, "environments/minimal.yaml"), "utf8"));
  for (const count of [1, 10, 50]) {
    const pools = Array.from({ length: count }, (_, index) => ({
      name: `pool-${index}`,
      platform: { pool: String(index) },
    }));
    const name = `pools-${count}`;
    writeFileSync(
      join(work, `environments/${name}.yaml`),
      stringify({ ...minimal, name, buildbarn: { pools } }),
    );
  }
};

const { app } = z
  .object({ app: z.string().regex(/ main\.ts$/) })
  .parse(JSON.parse(readFileSync(join(work, "cdktf.json"), "utf8")));
/** As `cdktf synth` starts the program, and without npx. */
const LAUNCHERS = {
  "as cdktf starts it": app.split(" ").slice(0, -1),
  "Node alone": [process.execPath, "--import", "tsx"],
} as const;

/** Seconds that one whole process takes. */
const time = (launcher: readonly string[], file: string, environment: string): number => {
  const [command = "", ...args] = [...launcher, file];
  const start = performance.now();
  const { status, stderr } = spawnSync(command, args, {
    cwd: work,
    env: { ...process.env, ENVIRONMENT: environment },
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(stderr);
  return (performance.now() - start) / 1000;
};

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

const SUBJECTS = [
  ["one VPC", "one-vpc.ts", "example"],
  ["example", "main.ts", "example"],
  ["1 pool", "main.ts", "pools-1"],
  ["10 pools", "main.ts", "pools-10"],
  ["50 pools", "main.ts", "pools-50"],
] as const;

const measure = (launcher: readonly string[]): void => {
  const times = SUBJECTS.map((): number[] => []);
  // One uncounted round warms the file cache; the subjects take turns so that drift hits all alike.
  for (let run = -1; run < RUNS; run++) {
    SUBJECTS.forEach(([, file, environment], index) => {
      const seconds = time(launcher, file, environment);
      if (run >= 0) times[index]?.push(seconds);
    });
  }
  const medians = times.map(median);
  const [base = Number.NaN, , one = Number.NaN, ten = Number.NaN, fifty = Number.NaN] = medians;
  SUBJECTS.forEach(([name], index) => {
    const seconds = medians[index] ?? Number.NaN;
    console.log(
      `  ${name.padEnd(10)} ${seconds.toFixed(3)} s   ${(seconds / base).toFixed(2)} × one VPC`,
    );
  });
  const growth = (more: number, pools: number) => (((more / one - 1) / pools) * 100).toFixed(2);
  console.log(
    `  a pool more costs ${growth(ten, 9)} % (1 to 10), ${growth(fifty, 49)} % (1 to 50) of the run with one`,
  );
};

prepare();
try {
  console.log(`${RUNS} runs each, in turn; median seconds of whole processes`);
  for (const [title, launcher] of Object.entries(LAUNCHERS)) {
    console.log(`\n${title}: ${launcher.join(" ")}`);
    measure(launcher);
  }
} finally {
  rmSync(work, { recursive: true });
}
