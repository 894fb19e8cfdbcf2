import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import type { Readable } from "node:stream";
import { execa } from "execa";
import { MaskedLog } from "./masked-log.ts";

const root = join(import.meta.dirname, "../../..");

/**
 * Options of cdktf's, which takes them from the environment too: so the commands are what a person types.
 * A lock file of all platforms' checksums comes from the registry alone, not from a mirror.
 */
const cdktfOptions = (mirror: string | undefined): Readonly<Record<string, string>> => ({
  CDKTF_APP: `npx tsx main.ts && node ${join(import.meta.dirname, "fit.mjs")}`,
  ...(mirror === undefined ? {} : { CDKTF_SKIP_PROVIDER_LOCK: "true" }),
  FORCE_COLOR: "0",
});

export interface Ended {
  readonly exitCode: number | null;
  /** All that a person would have seen. */
  readonly output: string;
}

/** A checkout of the project of its own, in which commands run as a person would run them. */
export class Project {
  readonly folder: string;
  private readonly env: Readonly<Record<string, string>>;
  private readonly logFolder: string;
  private constructor(folder: string, env: Readonly<Record<string, string>>, logFolder: string) {
    this.folder = folder;
    this.env = env;
    this.logFolder = logFolder;
  }

  /** Copies what git knows or would know; packages are those that are installed here. */
  static async copy(
    folder: string,
    env: Readonly<Record<string, string>>,
    logFolder: string,
  ): Promise<Project> {
    const { stdout } = await execa(
      "git",
      ["ls-files", "--cached", "--others", "--exclude-standard", "-z"],
      { cwd: root },
    );
    for (const file of stdout.split("\0").filter((name) => existsSync(join(root, name)))) {
      if (file === "") continue;
      mkdirSync(dirname(join(folder, file)), { recursive: true });
      copyFileSync(join(root, file), join(folder, file));
    }
    symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
    mkdirSync(logFolder, { recursive: true });
    return new Project(folder, { ...env, ...cdktfOptions(env["TF_CLI_CONFIG_FILE"]) }, logFolder);
  }

  /** Edits the environment file as text. */
  edit(name: string, change: (text: string) => string): void {
    const file = join(this.folder, "environments", `${name}.yaml`);
    const before = readFileSync(file, "utf8");
    const after = change(before);
    if (after === before) throw new Error(`the edit of ${name}.yaml changed nothing`);
    writeFileSync(file, after);
  }

  /**
   * Runs a command; its output goes to a log, keys masked.
   * @param atLine told each line as it comes
   */
  async run(
    log: string,
    command: readonly string[],
    env: Readonly<Record<string, string>> = {},
    atLine: (line: string) => void = () => {},
  ): Promise<Ended> {
    const [program = "", ...args] = command;
    const child = spawn(program, args, {
      cwd: this.folder,
      env: { ...process.env, ...this.env, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    // Each stream has its own unfinished line; what they complete goes to one log.
    const kept = new MaskedLog(join(this.logFolder, `${log}.log`), `$ ${command.join(" ")}`);
    const takeFrom = (stream: Readable): void => {
      const lines = kept.stream();
      stream.setEncoding("utf8").on("data", (piece: string) => {
        output += piece;
        for (const line of lines.take(piece)) atLine(line);
      });
      stream.on("end", () => lines.end());
    };
    takeFrom(child.stdout);
    takeFrom(child.stderr);
    const [exitCode]: (number | null)[] = await once(child, "close");
    return { exitCode: exitCode ?? null, output };
  }

  /** `cdktf COMMAND '*'` as a person types it. */
  cdktf(command: "deploy" | "destroy", ...more: readonly string[]): readonly string[] {
    return ["npx", "cdktf", command, "*", "--auto-approve", ...more];
  }
}
