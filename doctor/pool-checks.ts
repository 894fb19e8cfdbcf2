import { randomBytes } from "node:crypto";
import type { Client } from "ssh2";
import type { StackOutputs } from "../config/outputs.ts";
import type { ReapiClient } from "../reapi/client.ts";
import { RpcError } from "../reapi/rpc-error.ts";
import { ADMITTED } from "./admission-checks.ts";
import { type Check, failed, ok, type Verdict } from "./check.ts";
import { type Derivation, textDerivation } from "./derivation.ts";
import { openStore, STORE } from "./server-checks.ts";

export type Pool = StackOutputs<"buildbarn">["pools"][number];

export interface PoolCheckOptions {
  readonly client: () => ReapiClient;
  readonly server: () => Client;
  /** What the Nix server builds for, as in "x86_64-linux". */
  readonly system: string;
  /** For one pool, the start of a node included. */
  readonly limitSec: number;
}

const LOOKUPS = 50;
const MISSING = 3;
/** Tries, a tenth of a second apart, then gives up. */
const TRIES = 300;

/**
 * Waits for the path, then times lookups of names that are not there: each asks the Nix server.
 * Prints: tries that failed, nanoseconds at start and end of the lookups, the path's content.
 */
const READ = `p=$1; n=0
while ! [ -r "$p" ]; do n=$((n + 1)); [ $n -lt ${TRIES} ] || exit ${MISSING}; sleep 0.1; done
echo $n; i=0
date +%s%N; while [ $i -lt ${LOOKUPS} ]; do [ -e "$p.$i" ]; i=$((i + 1)); done; date +%s%N
cat "$p"`;

const WORKER_REMEDY =
  "see the pool's pods and nodes: kubectl --namespace nixbarn get pods; a pod that waits for its volume cannot reach the Nix server";

/** Milliseconds of one lookup; undefined where `date` knows no nanoseconds. */
const latencyMs = (from: string, to: string): number | undefined => {
  const spentNs = Number(to) - Number(from);
  return Number.isFinite(spentNs) && to.length >= 19 ? spentNs / LOOKUPS / 1e6 : undefined;
};

const build = async (server: Client, derivation: Derivation): Promise<void> => {
  const store = await openStore(server);
  try {
    await store.build(derivation);
  } finally {
    store.close();
  }
};

const canBeRead = async (
  pool: Pool,
  { client, server, system }: PoolCheckOptions,
  tell: (doing: string) => void,
): Promise<Verdict> => {
  const nonce = randomBytes(8).toString("hex");
  const content = `nixbarn doctor ${nonce}`;
  const canary = textDerivation("nixbarn-doctor", content, system);
  const execute = (script: string, doNotCache: boolean) =>
    client().execute(
      {
        arguments: ["/bin/sh", "-c", script, "doctor", canary.outputPath],
        environment: { PATH: "/usr/bin:/bin" },
        execProperties: pool.execProperties,
        doNotCache,
      },
      { onStage: (stage) => tell(stage.toLowerCase().replace("_", " ")) },
    );

  // The worker's node has looked for the path before it is there, as in a real build.
  const before = await execute('[ -e "$1" ] || echo none', true);
  if (before.stdout !== "none\n") {
    return failed(`a first action ended with exit code ${before.exitCode}`, WORKER_REMEDY);
  }
  tell("building a canary path on the Nix server");
  await build(server(), canary);
  const builtAt = Date.now();
  const read = await execute(READ, false);
  const seenSec = (Date.now() - builtAt) / 1000;
  if (read.exitCode === MISSING) {
    return failed(
      "a path built on the Nix server does not show on the worker",
      `${WORKER_REMEDY}; see its mount options against docs/operations.md`,
    );
  }
  const [tries = "", from = "", to = "", ...rest] = read.stdout.split("\n");
  if (read.exitCode !== 0 || rest.join("\n") !== content) {
    return failed(
      `the path on the worker is not the one on the Nix server (exit code ${read.exitCode})`,
      WORKER_REMEDY,
    );
  }
  if ((await client().cachedExitCode(read.digest)) !== 0) {
    return failed(
      "the action cache does not hold what the action came to",
      "see the worker's log and the storage pods: workers may not reach the action cache",
    );
  }
  const latency = latencyMs(from, to);
  return ok(
    [
      `reads what was just built within ${seenSec.toFixed(2)} s (${tries} tries too early)`,
      `a lookup over NFS takes ${latency === undefined ? "an unknown time" : `${latency.toFixed(2)} ms`}`,
      "its result is in the action cache",
    ].join("; "),
  );
};

const explained = (error: unknown): Verdict => {
  if (!(error instanceof RpcError)) throw error;
  // For its first minutes a scheduler says so by UNAVAILABLE, then by FAILED_PRECONDITION.
  if (/No workers exist/.test(error.message)) {
    return failed(
      `the scheduler takes no action for it (${error.message})`,
      "its properties are not those that the scheduler knows: deploy again, and write the client bundle anew",
    );
  }
  return failed(`no action was executed (${error.message})`, WORKER_REMEDY);
};

/** One check for each pool: a path that was just built is read by an action there. */
export const poolChecks = (pools: readonly Pool[], options: PoolCheckOptions): readonly Check[] =>
  pools.map((pool) => ({
    name: `pool ${pool.name}`,
    needs: [ADMITTED, STORE],
    limitSec: options.limitSec,
    run: (tell) => canBeRead(pool, options, tell).catch(explained),
  }));
