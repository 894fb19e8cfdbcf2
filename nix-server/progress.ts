import { type Output, screenOn } from "../cli/screen.ts";
import type { Step } from "./plan.ts";

/** Told of an apply's course. */
export interface Progress {
  /** An operation's decision, before it is carried out. */
  readonly decided: (step: Step) => void;
  /** The latest line of output of what runs. */
  readonly running: (operation: string, line: string) => void;
  /** All is done or given up. */
  readonly ended: () => void;
}

export const SILENT: Progress = { decided: () => {}, running: () => {}, ended: () => {} };

/** Steps as lines on `out`, and what takes long as {@link screenOn} shows it. */
export const showProgress = (
  out: Output,
  render: (step: Step) => string,
  now: () => number = Date.now,
): Progress => {
  const screen = screenOn(out, now);
  let startedAt = now();
  return {
    decided: (step) => {
      screen.line(render(step));
      startedAt = now();
    },
    running: (operation, line) => {
      const seconds = Math.round((now() - startedAt) / 1000);
      screen.running(`    … ${operation}, ${seconds} s: ${line}`);
    },
    ended: screen.ended,
  };
};
