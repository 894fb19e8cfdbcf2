const REPORT_EVERY_MS = 10_000;
const REDRAW_EVERY_MS = 200;

export interface Output {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/** Lines that stay, and one line that tells what takes long. */
export interface Screen {
  /** A line that stays. */
  readonly line: (text: string) => void;
  /** What runs: on a terminal overwritten, elsewhere (a log) a line now and then. */
  readonly running: (text: string) => void;
  /** Takes the last such line away. */
  readonly ended: () => void;
}

export const screenOn = (out: Output, now: () => number = Date.now): Screen => {
  const live = out.isTTY === true;
  let shownAt = now();
  let drawn = false;
  const wipe = (): void => {
    if (drawn) out.write("\r\x1b[K");
    drawn = false;
  };
  return {
    line: (text) => {
      wipe();
      out.write(`${text}\n`);
      shownAt = now();
    },
    running: (text) => {
      if (now() - shownAt < (live ? REDRAW_EVERY_MS : REPORT_EVERY_MS)) return;
      shownAt = now();
      wipe();
      out.write(live ? text.slice(0, (out.columns ?? 80) - 1) : `${text}\n`);
      drawn = live;
    },
    ended: wipe,
  };
};

/** A screen for those who asked for something else. */
export const NO_SCREEN: Screen = { line: () => {}, running: () => {}, ended: () => {} };
