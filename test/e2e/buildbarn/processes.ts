import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, mkdirSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { programPath } from "./programs.ts";

export interface ProcessOptions {
  /** As in "bb_storage". */
  readonly program: string;
  readonly name: string;
  /** Texts by file name; the program reads the one called main.jsonnet. */
  readonly files: Readonly<Record<string, string>>;
  /** For configurations and log; made when it is not there. */
  readonly folder: string;
  /** Resolves when it answers, rejects while it does not yet. */
  readonly ready: () => Promise<void>;
  /** What to run instead of the plain command. */
  readonly wrap?: (command: readonly string[]) => readonly string[];
}

const READY_WITHIN_MS = 30_000;
const RETRY_MS = 100;
/** USER_HZ, which Linux has as a constant towards programs. */
const TICKS_A_SECOND = 100;

/** One Buildbarn process, which can be told to end and be started again. */
export class BuildbarnProcess {
  private child: ChildProcess | undefined;
  private readonly options: ProcessOptions;
  private readonly log: string;

  constructor(options: ProcessOptions) {
    this.options = options;
    mkdirSync(options.folder, { recursive: true });
    this.log = join(options.folder, "log");
  }

  async start(): Promise<void> {
    const { program, name, files, folder, wrap } = this.options;
    for (const [file, text] of Object.entries(files)) writeFileSync(join(folder, file), text);
    const plain = [programPath(program) ?? program, join(folder, "main.jsonnet")];
    const [command = "", ...args] = wrap?.(plain) ?? plain;
    const log = openSync(this.log, "a");
    this.child = spawn(command, args, {
      stdio: ["ignore", log, log],
      cwd: folder,
      // The pod's own name and its node's, which a worker's configuration asks for.
      env: { ...process.env, POD_NAME: name, NODE_NAME: "loopback" },
    });
    closeSync(log);
    const giveUpAt = Date.now() + READY_WITHIN_MS;
    for (;;) {
      try {
        return await this.options.ready();
      } catch (error) {
        if (this.child.exitCode !== null || Date.now() > giveUpAt) {
          throw new Error(`${name} does not start: ${error}\n${this.said()}`);
        }
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      }
    }
  }

  /** Sends SIGTERM, as Kubernetes does, and waits for the end. */
  async stop(): Promise<void> {
    const { child } = this;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, "exit");
    child.kill("SIGTERM");
    await ended;
  }

  kill(): void {
    this.child?.kill("SIGKILL");
  }

  /** Seconds of processor time so far, of actions that it waited for too. */
  cpuSeconds(): number {
    // Fields 14 to 17: user, system, and both of children. https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html
    const fields = readFileSync(`/proc/${this.child?.pid}/stat`, "utf8").replace(/^.*\) /, "");
    const ticks = fields.split(" ").slice(11, 15).map(Number);
    return ticks.reduce((sum, value) => sum + value, 0) / TICKS_A_SECOND;
  }

  /** Its log so far, the last of it. */
  said(): string {
    return readFileSync(this.log, "utf8").slice(-4000);
  }
}
