import { execFileSync } from "node:child_process";
import { ADDRESSES } from "../../../buildbarn/addresses.ts";
import { frontend } from "../../../buildbarn/frontend.ts";
import type { Json } from "../../../buildbarn/json.ts";
import { runner } from "../../../buildbarn/runner.ts";
import { scheduler } from "../../../buildbarn/scheduler.ts";
import { STATE_FOLDERS, STORAGE_FOLDER, storage } from "../../../buildbarn/storage.ts";
import { NODE_NAME, POD_NAME, worker } from "../../../buildbarn/worker.ts";
import { CANARY } from "../../../config/canary.ts";
import { poolPlatform } from "../../../config/platform.ts";
import type { Environment } from "../../../config/schema.ts";

/** Texts of a process's configuration by file name; main.jsonnet is read, and may import the others. */
export type Files = Readonly<Record<string, string>>;

/** A whole deployment's configurations, still with the deployment's addresses and paths. */
export interface Deployment {
  readonly shards: number;
  readonly storage: Files;
  readonly scheduler: Files;
  readonly frontend: Files;
  readonly pools: ReadonlyMap<
    string,
    {
      readonly worker: Files;
      readonly runner: Files;
      readonly execProperties: Readonly<Record<string, string>>;
    }
  >;
  /** Folders of a shard that are volumes, and those that must exist in them. */
  readonly storageFolders: readonly string[];
  readonly stateFolders: readonly string[];
  readonly storageAddress: (shard: number) => string;
  /** Host of the scheduler's addresses. */
  readonly schedulerHost: string;
}

const json = (value: Json): Files => ({ "main.jsonnet": JSON.stringify(value) });

/** As charts/worker has it: the pod knows its own name. */
const jsonOfWorker = (value: Json): Files => ({
  "main.jsonnet": JSON.stringify(value)
    .replace(JSON.stringify(POD_NAME), 'std.extVar("POD_NAME")')
    .replace(JSON.stringify(NODE_NAME), 'std.extVar("NODE_NAME")'),
});

/** What nixbarn generates for an environment. */
export const ours = (environment: Environment): Deployment => ({
  shards: environment.buildbarn.storage.shards,
  storage: json(storage(environment)),
  scheduler: json(scheduler(environment)),
  frontend: json(frontend(environment)),
  pools: new Map(
    environment.buildbarn.pools.map((pool) => [
      pool.name,
      {
        worker: jsonOfWorker(worker(environment, pool)),
        runner: json(runner(CANARY.storePath)),
        execProperties: poolPlatform(pool),
      },
    ]),
  ),
  storageFolders: [STORAGE_FOLDER],
  stateFolders: STATE_FOLDERS,
  storageAddress: ADDRESSES.storage,
  schedulerHost: ADDRESSES.schedulerForClients.replace(/:\d+$/, ""),
});

/** The image that the deployment's platform names: part of what an action asks for. */
const IMAGE = /name: 'container-image', value: '([^']+)'/;

/**
 * The Kubernetes configuration of a checkout of https://github.com/buildbarn/bb-deployments.
 * @param gitFolder its .git, or a bare repository
 */
export const bbDeployments = (gitFolder: string): Deployment => {
  const show = (name: string): string =>
    execFileSync("git", ["--git-dir", gitFolder, "show", `HEAD:kubernetes/config/${name}`], {
      encoding: "utf8",
    });
  const files = (name: string): Files => ({
    "main.jsonnet": show(`${name}.jsonnet`),
    "common.libsonnet": show("common.libsonnet"),
  });
  const workerFiles = files("worker-ubuntu22-04");
  const image = IMAGE.exec(workerFiles["main.jsonnet"] ?? "")?.[1] ?? "";
  const volumes = ["/storage-cas", "/storage-ac", "/storage-fsac"];
  return {
    shards: 2,
    storage: files("storage"),
    scheduler: files("scheduler"),
    frontend: files("frontend"),
    pools: new Map([
      [
        "ubuntu22-04",
        {
          worker: workerFiles,
          runner: files("runner-ubuntu22-04"),
          execProperties: { OSFamily: "linux", "container-image": image },
        },
      ],
    ]),
    storageFolders: volumes,
    stateFolders: volumes.map((folder) => `${folder}/persistent_state`),
    storageAddress: (shard) => `storage-${shard}.storage.buildbarn:8981`,
    schedulerHost: "scheduler",
  };
};
