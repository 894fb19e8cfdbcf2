/** A program, package or file that a suite needs and that Node's packages do not bring. */
export interface Part {
  /** What a person calls it. @example "terraform >= 1.10" */
  readonly name: string;
  /** True when the part is there and usable; must not install or change anything. */
  readonly present: () => boolean | Promise<boolean>;
  /** One line: how to get it. */
  readonly remedy: string;
}

/** What `test/e2e/<suite>/suite.ts` exports as `suite`. */
export interface Suite {
  /** One line for `npm run test:e2e -- --list`. */
  readonly summary: string;
  /** Everything that must be there before the first test; checked all at once. */
  readonly parts: readonly Part[];
  /** About how long it takes with warm caches; the longest suites begin first. */
  readonly minutes: number;
  /** Makes what suites share and what takes a while, once, before the first test of any. */
  readonly prepare?: () => Promise<void>;
  /** True when nothing may run beside it, as for measurements. @default false */
  readonly alone?: boolean;
  /** False for suites that need parts which no package registry has. @default true */
  readonly inCi?: boolean;
}
