/** What a check came to. */
export type Verdict =
  | { readonly kind: "ok"; readonly text: string }
  | { readonly kind: "failed"; readonly text: string; readonly remedy: string }
  | { readonly kind: "skipped"; readonly text: string };

export interface Check {
  readonly name: string;
  /** Names of checks without whose success this one can tell nothing. */
  readonly needs?: readonly string[];
  /** @default 30 */
  readonly limitSec?: number;
  /**
   * Looks, changes nothing that outlives it; what it throws counts as failed.
   * @param tell takes what it is at, for whoever waits
   */
  readonly run: (tell: (doing: string) => void) => Promise<Verdict>;
}

export type Finding = Verdict & { readonly check: string; readonly seconds: number };

export const ok = (text: string): Verdict => ({ kind: "ok", text });
export const failed = (text: string, remedy: string): Verdict => ({ kind: "failed", text, remedy });
export const skipped = (text: string): Verdict => ({ kind: "skipped", text });

/** Told of a run's course. */
export interface Observer {
  readonly doing: (check: string, what: string) => void;
  readonly done: (check: string) => void;
  /** In the order of the list, each as soon as those before it are there too. */
  readonly found: (finding: Finding) => void;
}

const DEFAULT_LIMIT_SEC = 30;

const limited = async (check: Check, tell: (what: string) => void): Promise<Verdict> => {
  const limitSec = check.limitSec ?? DEFAULT_LIMIT_SEC;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Verdict>((resolve) => {
    const verdict = failed(
      `no answer in ${limitSec} s`,
      "look whether the deployment is up, then run the doctor again",
    );
    timer = setTimeout(() => resolve(verdict), limitSec * 1000);
  });
  const run = check.run(tell).catch((error: unknown) => {
    const text = error instanceof Error ? error.message : String(error);
    return failed(text, "put that right, then run the doctor again");
  });
  return Promise.race([run, late]).finally(() => clearTimeout(timer));
};

/**
 * Runs all checks side by side, each after those that it needs; a check whose need was not met is
 * skipped and says so.
 */
export const runChecks = async (
  checks: readonly Check[],
  observer: Observer,
): Promise<readonly Finding[]> => {
  const running = new Map<string, Promise<Finding>>();
  const start = async (check: Check): Promise<Finding> => {
    const needed = await Promise.all((check.needs ?? []).map((name) => running.get(name)));
    const unmet = needed.find((finding) => finding?.kind !== "ok");
    if (unmet !== undefined) {
      return { ...skipped(`needs: ${unmet.check}`), check: check.name, seconds: 0 };
    }
    const startedAt = Date.now();
    const tell = (what: string): void => observer.doing(check.name, what);
    tell("asking");
    const verdict = await limited(check, tell);
    observer.done(check.name);
    return { ...verdict, check: check.name, seconds: (Date.now() - startedAt) / 1000 };
  };
  for (const check of checks) running.set(check.name, start(check));
  const findings: Finding[] = [];
  for (const finding of running.values()) {
    findings.push(await finding);
    observer.found(await finding);
  }
  return findings;
};
