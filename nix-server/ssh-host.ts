import { Client, type ClientChannel, type ConnectConfig } from "ssh2";
import { type Command, type Host, ProvisionError, type Result, rootCommandLine } from "./host.ts";
import { fingerprintOf, type HostKeyCheck } from "./known-hosts.ts";

export interface SshTarget {
  readonly host: string;
  /** @default 22 */
  readonly port?: number;
  readonly user: string;
  /** Text of a private key; without it the agent at `agent` is asked. */
  readonly privateKey?: string;
  /** Path of the agent's socket. */
  readonly agent?: string;
  readonly hostKeyCheck: HostKeyCheck;
  /** How long to go on while the machine does not answer yet. @default 300 */
  readonly bootTimeoutSec?: number;
}

const DEFAULT_TIMEOUT_SEC = 60;
const RETRY_EVERY_MS = 2000;
const KEEPALIVE_MS = 10_000;
/** Unanswered keepalives before the connection counts as cut. */
const KEEPALIVES_MISSED = 4;

const errorText = (error: unknown): string =>
  error instanceof Error ? error.message || error.name : String(error);

const connectOnce = (target: SshTarget): Promise<Client> =>
  new Promise((resolve, reject) => {
    const client = new Client();
    let refused: ProvisionError | undefined;
    const config: ConnectConfig = {
      host: target.host,
      port: target.port ?? 22,
      username: target.user,
      ...(target.privateKey === undefined ? {} : { privateKey: target.privateKey }),
      ...(target.privateKey !== undefined || target.agent === undefined
        ? {}
        : { agent: target.agent }),
      algorithms: { serverHostKey: ["ssh-ed25519"] },
      readyTimeout: 60_000,
      keepaliveInterval: KEEPALIVE_MS,
      keepaliveCountMax: KEEPALIVES_MISSED,
      hostVerifier: (key: Buffer): boolean => {
        const verdict = target.hostKeyCheck(key);
        if (verdict.accepted) return true;
        refused = new ProvisionError(
          `${target.host}: its host key is ${fingerprintOf(key)}, ${verdict.reason}`,
        );
        return false;
      },
    };
    client.once("ready", () => resolve(client));
    client.once("error", (error) => {
      client.destroy();
      reject(
        refused ??
          (error.level === "client-authentication"
            ? new ProvisionError(
                `${target.user}@${target.host}: no key was accepted; give the right one with --key, or load it into the ssh agent`,
              )
            : error),
      );
    });
    client.connect(config);
  });

/** Connects, waiting for a machine that is still booting; refusals are final at once. */
export const connect = async (target: SshTarget): Promise<SshHost> => {
  const giveUpAt = Date.now() + (target.bootTimeoutSec ?? 300) * 1000;
  for (;;) {
    try {
      return new SshHost(target, await connectOnce(target));
    } catch (error) {
      if (error instanceof ProvisionError) throw error;
      if (Date.now() + RETRY_EVERY_MS > giveUpAt) {
        throw new ProvisionError(
          `${target.host}:${target.port ?? 22} cannot be reached: ${errorText(error)}; check the address, the security group and that the machine runs, then run the same command again`,
        );
      }
      await new Promise((resolve) => setTimeout(resolve, RETRY_EVERY_MS));
    }
  }
};

export class SshHost implements Host {
  readonly name: string;
  private readonly client: Client;
  private cut: string | undefined;

  constructor(target: SshTarget, client: Client) {
    this.name = target.host;
    this.client = client;
    client.on("error", (error) => {
      this.cut = errorText(error);
    });
    client.on("close", () => {
      this.cut ??= "the server closed the connection";
    });
  }

  run(command: Command): Promise<Result> {
    const timeoutSec = command.timeoutSec ?? DEFAULT_TIMEOUT_SEC;
    const program = command.argv[0] ?? "";
    return new Promise((resolve, reject) => {
      let channel: ClientChannel | undefined;
      const fail = (problem: string): void => {
        clearTimeout(timer);
        channel?.close();
        reject(new ProvisionError(`${this.name}: ${program}: ${problem}`));
      };
      const timer = setTimeout(
        () => fail(`no end after ${timeoutSec} s; run the same command again`),
        timeoutSec * 1000,
      );
      const onCut = (): void => fail(`connection cut (${this.cut}); run the same command again`);
      if (this.cut !== undefined) return onCut();
      this.client.once("close", onCut);
      this.client.exec(rootCommandLine(command.argv), (error, stream) => {
        if (error !== undefined) return fail(errorText(error));
        channel = stream;
        const stdout: Buffer[] = [];
        const stderr: Buffer[] = [];
        let code: number | undefined;
        stream.on("data", (chunk: Buffer) => stdout.push(chunk));
        stream.stderr.on("data", (chunk: Buffer) => stderr.push(chunk));
        stream.on("exit", (exitCode: number | null) => {
          code = exitCode ?? undefined;
        });
        stream.on("close", () => {
          this.client.off("close", onCut);
          if (code === undefined)
            return fail("ended without an exit code; run the same command again");
          clearTimeout(timer);
          resolve({
            code,
            stdout: Buffer.concat(stdout).toString("utf8"),
            stderr: Buffer.concat(stderr).toString("utf8"),
          });
        });
        stream.end(command.stdin ?? "");
      });
    });
  }

  /**
   * Starts a command that runs as long as this connection lives, and resolves with its first line.
   * Its standard input stays open: it ends when the connection does.
   */
  hold(argv: readonly string[], timeoutSec: number): Promise<string> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => reject(new ProvisionError(`${this.name}: no lock after ${timeoutSec} s`)),
        timeoutSec * 1000,
      );
      this.client.exec(rootCommandLine(argv), (error, stream) => {
        if (error !== undefined) return reject(error);
        let output = "";
        const finish = (): void => {
          clearTimeout(timer);
          resolve(output.split("\n")[0] ?? "");
        };
        stream.stderr.on("data", (chunk: Buffer) => {
          output += chunk.toString("utf8");
        });
        stream.on("data", (chunk: Buffer) => {
          output += chunk.toString("utf8");
          if (output.includes("\n")) finish();
        });
        stream.on("close", finish);
      });
    });
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      if (this.cut !== undefined) return resolve();
      this.client.once("close", () => resolve());
      this.client.end();
    });
  }
}
