import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { RUNNER_USER_ID, WORKER_FOLDER } from "../../../buildbarn/worker.ts";
import { CANARY } from "../../../config/canary.ts";
import { PORTS } from "../../../config/ports.ts";
import { ReapiClient } from "../../../reapi/client.ts";
import { Door } from "../support/door.ts";
import { freePort } from "../support/machine.ts";
import type { Deployment, Files } from "./configurations.ts";
import { BuildbarnProcess, type ProcessOptions } from "./processes.ts";
import { relocate } from "./relocate.ts";

/** Ports that a process listens on; Buildbarn's own deployments use the same. */
const LISTENING = [
  ...[PORTS.frontendGrpc, PORTS.storageGrpc, PORTS.schedulerClientGrpc],
  ...[PORTS.schedulerWorkerGrpc, PORTS.schedulerStateGrpc, PORTS.schedulerHttp],
  PORTS.diagnosticsHttp,
];

/** Runs a command as the runner's user, with a folder of this machine as a read-only /nix/store. */
const asRunner =
  (storeFolder: string) =>
  (command: readonly string[]): readonly string[] => [
    ...["unshare", "--mount", "sh", "-euc"],
    `mkdir -p /nix/store; mount --bind "$1" /nix/store; mount -o remount,ro,bind /nix/store
shift; exec setpriv --reuid ${RUNNER_USER_ID} --regid ${RUNNER_USER_ID} --clear-groups "$@"`,
    ...["runner", storeFolder, ...command],
  ];

/** Buildbarn on loopback: a process for each container of a deployment. */
export class Cluster {
  readonly folder = mkdtempSync(join(tmpdir(), "nixbarn-buildbarn-"));
  /** What workers see as /nix/store; whoever runs the suite may write it. */
  readonly storeFolder = join(this.folder, "store");
  private readonly deployment: Deployment;
  private readonly processes = new Map<string, BuildbarnProcess>();
  private readonly ports = new Map<string, number>();
  private readonly withDoors: boolean;
  /** Between processes, by "owner:port". */
  private readonly doors = new Map<string, { readonly door: Door; readonly entrance: number }>();

  /** @param withDoors puts something between the processes, so that nodes can be lost */
  constructor(deployment: Deployment, { withDoors = false } = {}) {
    this.deployment = deployment;
    this.withDoors = withDoors;
    chmodSync(this.folder, 0o755);
    mkdirSync(this.storeFolder);
  }

  /** The port of loopback that stands for a process's own. */
  private async port(owner: string, port: number): Promise<number> {
    const key = `${owner}:${port}`;
    const known = this.ports.get(key) ?? (await freePort());
    this.ports.set(key, known);
    return known;
  }

  /** Where other processes find a port of one. */
  private async entrance(owner: string, port: number): Promise<number> {
    const target = await this.port(owner, port);
    if (!this.withDoors) return target;
    const key = `${owner}:${port}`;
    const known = this.doors.get(key);
    if (known !== undefined) return known.entrance;
    const door = new Door(target);
    const entrance = await door.listen();
    this.doors.set(key, { door, entrance });
    return entrance;
  }

  private async addressesOf(owner: string): Promise<Map<string, string>> {
    const addresses = new Map<string, string>();
    const stands = async (address: string, process: string, port: number): Promise<void> => {
      addresses.set(address, `127.0.0.1:${await this.entrance(process, port)}`);
    };
    for (const port of LISTENING) {
      addresses.set(`:${port}`, `127.0.0.1:${await this.port(owner, port)}`);
    }
    for (let shard = 0; shard < this.deployment.shards; shard++) {
      const address = this.deployment.storageAddress(shard);
      await stands(address, `storage-${shard}`, PORTS.storageGrpc);
    }
    for (const port of [PORTS.schedulerClientGrpc, PORTS.schedulerWorkerGrpc]) {
      await stands(`${this.deployment.schedulerHost}:${port}`, "scheduler", port);
    }
    return addresses;
  }

  private async add(
    program: string,
    name: string,
    files: Files,
    folders: ReadonlyMap<string, string>,
    more: Partial<ProcessOptions> = {},
  ): Promise<BuildbarnProcess> {
    const addresses = await this.addressesOf(name);
    const health = `http://${addresses.get(`:${PORTS.diagnosticsHttp}`)}/-/healthy`;
    const process = new BuildbarnProcess({
      program,
      name,
      folder: join(this.folder, name),
      files: Object.fromEntries(
        Object.entries(files).map(([file, text]) => [file, relocate(text, { addresses, folders })]),
      ),
      ready: async () => {
        const answer = await fetch(health);
        if (!answer.ok) throw new Error(`${answer.status}`);
      },
      ...more,
    });
    this.processes.set(name, process);
    await process.start();
    return process;
  }

  /** Puts a file where workers see a path of the store. */
  putInStore(storePath: string, content: string): void {
    writeFileSync(join(this.storeFolder, basename(storePath)), content);
  }

  /** Starts storage, scheduler and frontend; the store has the canary, without which no worker works. */
  async start(): Promise<void> {
    const { deployment } = this;
    this.putInStore(CANARY.storePath, CANARY.content);
    for (let shard = 0; shard < deployment.shards; shard++) {
      const name = `storage-${shard}`;
      const home = join(this.folder, name);
      for (const folder of deployment.stateFolders) mkdirSync(home + folder, { recursive: true });
      const folders = new Map(deployment.storageFolders.map((folder) => [folder, home + folder]));
      await this.add("bb_storage", name, deployment.storage, folders);
    }
    await this.add("bb_scheduler", "scheduler", deployment.scheduler, new Map());
    await this.add("bb_storage", "frontend", deployment.frontend, new Map());
  }

  /** Starts a worker of a pool and its runner, as the pod's containers start. */
  async startWorker(pool: string, name: string): Promise<void> {
    const { worker, runner } = this.pool(pool);
    const shared = join(this.folder, `${name}-shared`);
    for (const [below, mode] of [
      ["", 0o1777],
      ["build", 0o1777],
      ["cache", 0o700],
    ] as const) {
      mkdirSync(join(shared, below), { recursive: true });
      chmodSync(join(shared, below), mode);
    }
    const folders = new Map([[WORKER_FOLDER, shared]]);
    await this.add("bb_runner", `${name}-runner`, runner, folders, {
      wrap: asRunner(this.storeFolder),
      ready: async () => {
        if (!existsSync(join(shared, "runner"))) throw new Error("no socket");
      },
    });
    await this.add("bb_worker", name, worker, folders);
  }

  pool(name: string) {
    const pool = this.deployment.pools.get(name);
    if (pool === undefined) throw new Error(`no pool ${name}`);
    return pool;
  }

  process(name: string): BuildbarnProcess {
    const process = this.processes.get(name);
    if (process === undefined) throw new Error(`no process ${name}`);
    return process;
  }

  /** The node of a process is lost, and another one runs it: nobody is told. */
  async loseNodeOf(name: string): Promise<void> {
    for (const [key, { door }] of this.doors) if (key.startsWith(`${name}:`)) door.loseNode();
    await this.process(name).stop();
    await this.process(name).start();
  }

  /** Seconds of processor time that all processes took so far. */
  cpuSeconds(): number {
    return [...this.processes.values()].reduce((sum, process) => sum + process.cpuSeconds(), 0);
  }

  /** "127.0.0.1:port" of the frontend. */
  async frontendAddress(): Promise<string> {
    return `127.0.0.1:${await this.port("frontend", PORTS.frontendGrpc)}`;
  }

  async client(options: { timeoutSec?: number } = {}): Promise<ReapiClient> {
    return new ReapiClient({ address: await this.frontendAddress(), tls: false, ...options });
  }

  stop(): void {
    for (const process of this.processes.values()) process.kill();
    for (const { door } of this.doors.values()) door.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
