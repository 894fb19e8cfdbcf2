import { writeFileSync } from "node:fs";
import { partsOfOutput } from "./parts-of-output.ts";

export interface Span {
  /** What a person did. @example "first deploy" */
  readonly phase: string;
  /** A stack or a program's part of it; undefined for the whole phase. */
  readonly part?: string;
  readonly startSec: number;
  readonly seconds: number;
}

/** Notes when something began and ended, and prints it in the end. */
export class Timeline {
  private readonly now: () => number;
  private readonly startedAt: number;
  private readonly spans: Span[] = [];

  /** @param now a clock in seconds */
  constructor(now: () => number = () => Date.now() / 1000) {
    this.now = now;
    this.startedAt = now();
  }

  private elapsed(): number {
    return Math.round((this.now() - this.startedAt) * 10) / 10;
  }

  /** Runs a phase, also one that fails; `sees` is to be given each line of its output. */
  async phase<Value>(
    phase: string,
    run: (sees: (line: string) => void) => Promise<Value>,
  ): Promise<Value> {
    const startSec = this.elapsed();
    const partsOf = partsOfOutput();
    const parts = new Map<string, { first: number; last: number }>();
    const span = (first: number, last: number) => ({
      startSec: first,
      seconds: Math.round((last - first) * 10) / 10,
    });
    try {
      return await run((line) => {
        const at = this.elapsed();
        for (const part of partsOf(line)) {
          parts.set(part, { first: parts.get(part)?.first ?? at, last: at });
        }
      });
    } finally {
      this.spans.push({ phase, ...span(startSec, this.elapsed()) });
      const inOrder = [...parts].sort(([, one], [, other]) => one.first - other.first);
      for (const [part, { first, last }] of inOrder) {
        this.spans.push({ phase, part, ...span(first, last) });
      }
    }
  }

  /** Writes the spans as JSON and gives them as a table. */
  report(file: string): string {
    writeFileSync(file, JSON.stringify(this.spans, null, 2));
    const row = (startSec: number, name: string, seconds: number): string =>
      `${startSec.toFixed(0).padStart(6)} s  ${name.padEnd(44)} ${seconds.toFixed(0).padStart(5)} s`;
    return [
      ...this.spans.map(({ phase, part, startSec, seconds }) =>
        row(startSec, part === undefined ? phase : `  ${part}`, seconds),
      ),
      row(0, "in all", this.elapsed()),
    ].join("\n");
  }
}
