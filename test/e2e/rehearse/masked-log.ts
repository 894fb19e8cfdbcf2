import { appendFileSync, writeFileSync } from "node:fs";

/** What an API key looks like; image digests and hashes look alike and are masked too. */
const KEY = /\b[0-9a-f]{64}\b/gi;
export const MASK = "(64 hex digits)";

/** What comes of one stream. */
export interface LogStream {
  /** Takes a piece of output, and gives the lines that it completes: these as they were printed. */
  take(piece: string): readonly string[];
  /** Writes what came after the last line feed. */
  end(): void;
}

/** A log file in which no API key ever stands, however the output was cut on its way. */
export class MaskedLog {
  private readonly file: string;

  /** @param heading its first line, usually the command */
  constructor(file: string, heading: string) {
    this.file = file;
    writeFileSync(file, "");
    this.write(heading);
  }

  private write(line: string): void {
    appendFileSync(this.file, `${line.replaceAll(KEY, MASK)}\n`);
  }

  /** One of the streams that write to the log; each completes its own lines. */
  stream(): LogStream {
    let rest = "";
    return {
      take: (piece) => {
        const lines = (rest + piece).split("\n");
        rest = lines.pop() ?? "";
        for (const line of lines) this.write(line);
        return lines;
      },
      end: () => {
        if (rest !== "") this.write(rest);
        rest = "";
      },
    };
  }
}
