import { writeFileSync } from "node:fs";

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
  private readonly startedAt = Date.now();
  private readonly spans: Span[] = [];

  private now(): number {
    return (Date.now() - this.startedAt) / 1000;
  }

  /** Runs a phase; `sees` is to be given each line of output, which names its stack. */
  async phase<Value>(
    phase: string,
    run: (sees: (stack: string) => void) => Promise<Value>,
  ): Promise<Value> {
    const startSec = this.now();
    const stacks = new Map<string, { first: number; last: number }>();
    try {
      return await run((stack) => {
        const at = this.now();
        stacks.set(stack, { first: stacks.get(stack)?.first ?? at, last: at });
      });
    } finally {
      this.spans.push({ phase, startSec, seconds: this.now() - startSec });
      for (const [part, { first, last }] of stacks) {
        this.spans.push({ phase, part, startSec: first, seconds: last - first });
      }
    }
  }

  /** Writes the spans as JSON and gives them as a table. */
  report(file: string): string {
    writeFileSync(file, JSON.stringify(this.spans, null, 2));
    return this.spans
      .map(({ phase, part, startSec, seconds }) => {
        const name = part === undefined ? phase : `  ${part}`;
        return `${startSec.toFixed(0).padStart(6)} s  ${name.padEnd(44)} ${seconds.toFixed(0).padStart(5)} s`;
      })
      .join("\n");
  }
}
