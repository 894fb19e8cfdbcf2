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

const REPORT_EVERY_MS = 10_000;
const REDRAW_EVERY_MS = 200;

interface Screen {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/**
 * Steps as lines on `out`; of what takes long, on a terminal one line that is overwritten, and a
 * line now and then where there is none (a deploy's log).
 */
export const showProgress = (
  out: Screen,
  render: (step: Step) => string,
  now: () => number = Date.now,
): Progress => {
  const live = out.isTTY === true;
  let startedAt = now();
  let shownAt = startedAt;
  let drawn = false;
  const wipe = (): void => {
    if (drawn) out.write("\r\x1b[K");
    drawn = false;
  };
  return {
    decided: (step) => {
      wipe();
      out.write(`${render(step)}\n`);
      startedAt = now();
      shownAt = startedAt;
    },
    running: (operation, line) => {
      if (now() - shownAt < (live ? REDRAW_EVERY_MS : REPORT_EVERY_MS)) return;
      shownAt = now();
      const seconds = Math.round((now() - startedAt) / 1000);
      const text = `    … ${operation}, ${seconds} s: ${line}`;
      wipe();
      out.write(live ? text.slice(0, (out.columns ?? 80) - 1) : `${text}\n`);
      drawn = live;
    },
    ended: wipe,
  };
};
