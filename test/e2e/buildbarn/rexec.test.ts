import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, expect, test } from "vitest";
import { CANARY } from "../../../config/canary.ts";
import { example } from "../../support/synth.ts";
import { Cluster } from "./cluster.ts";
import { ours } from "./configurations.ts";
import { programPath } from "./programs.ts";

/** A client that is not ours: https://github.com/bazelbuild/remote-apis-sdks, go/cmd/rexec. */
const REXEC = programPath("rexec");
const POOL = "linux-amd64";
const cluster = new Cluster(ours(example()));

beforeAll(async () => {
  if (REXEC === undefined) return;
  await cluster.start();
  await cluster.startWorker(POOL, "worker");
});
afterAll(() => cluster.stop());

test.skipIf(REXEC === undefined)("rexec, where it is on PATH, executes an action too", async () => {
  const folder = join(cluster.folder, "rexec");
  mkdirSync(folder);
  writeFileSync(join(folder, "in.txt"), "hello\n");
  const platform = Object.entries(cluster.pool(POOL).execProperties).map(
    ([name, value]) => `${name}=${value}`,
  );
  const { exitCode, all } = await execa(
    REXEC ?? "rexec",
    [
      ...["--service", await cluster.frontendAddress(), "--service_no_security"],
      ...["--service_no_auth", "--instance", "", "--exec_root", folder],
      ...["--platform", platform.join(","), "--inputs", "in.txt", "--output_files", "out.txt"],
      ...["--", "/bin/sh", "-c", `cat in.txt ${CANARY.storePath} > out.txt`],
    ],
    { reject: false, all: true },
  );
  expect(exitCode, all).toBe(0);
  expect(readFileSync(join(folder, "out.txt"), "utf8")).toBe(`hello\n${CANARY.content}`);
});
