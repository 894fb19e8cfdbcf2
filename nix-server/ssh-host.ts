import type { Client, ClientChannel } from "ssh2";
import { type Command, type Host, ProvisionError, type Result, rootCommandLine } from "./host.ts";
import { errorText, logIn, type SshTarget } from "./ssh-connection.ts";

const DEFAULT_TIMEOUT_SEC = 60;

/** Connects to a machine on which commands then run as root. */
export const connect = async (target: SshTarget): Promise<SshHost> =>
  new SshHost(target.host, await logIn(target));

export class SshHost implements Host {
  readonly name: string;
  private readonly client: Client;
  private cut: string | undefined;

  constructor(name: string, client: Client) {
    this.name = name;
    this.client = client;
    client.on("error", (error) => {
      this.cut = errorText(error);
    });
    client.on("close", () => {
      this.cut ??= "the server closed the connection";
    });
  }

  run(command: Command, onLine: (line: string) => void = () => {}): Promise<Result> {
    const timeoutSec = command.timeoutSec ?? DEFAULT_TIMEOUT_SEC;
    const program = command.argv[0] ?? "";
    return new Promise((resolve, reject) => {
      let channel: ClientChannel | undefined;
      const end = (): void => {
        clearTimeout(timer);
        this.client.off("close", onCut);
      };
      const fail = (problem: string): void => {
        end();
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
        const output = { stdout: "", stderr: "" };
        const collect = (kind: keyof typeof output) => (chunk: string) => {
          output[kind] += chunk;
          const last = chunk.trimEnd().split("\n").at(-1)?.trim();
          if (last) onLine(last);
        };
        let code: number | undefined;
        stream.setEncoding("utf8").on("data", collect("stdout"));
        stream.stderr.setEncoding("utf8").on("data", collect("stderr"));
        stream.on("exit", (exitCode: number | null) => {
          code = exitCode ?? undefined;
        });
        stream.on("close", () => {
          if (code === undefined)
            return fail("ended without an exit code; run the same command again");
          end();
          resolve({ code, ...output });
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
        stream.stderr.setEncoding("utf8").on("data", (chunk: string) => {
          output += chunk;
        });
        stream.setEncoding("utf8").on("data", (chunk: string) => {
          output += chunk;
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
