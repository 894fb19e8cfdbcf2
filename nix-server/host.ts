/** One command on the server. Arguments are never joined by hand: the connection quotes them. */
export interface Command {
  readonly argv: readonly string[];
  readonly stdin?: string;
  /** @default 60 */
  readonly timeoutSec?: number;
}

export interface Result {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A machine on which commands run as root. */
export interface Host {
  readonly name: string;
  /**
   * Resolves with the exit code, whatever it is; rejects when the connection or time ran out.
   * @param onLine gets the latest line of output while the command runs
   */
  run(command: Command, onLine?: (line: string) => void): Promise<Result>;
  close(): Promise<void>;
}

/** A fault to show to the user as it stands: what is wrong, and what to do. */
export class ProvisionError extends Error {}

const plain = /^[A-Za-z0-9_@%+=:,./-]+$/;

/** Quotes one word for a POSIX shell. */
export const shellQuote = (word: string): string =>
  plain.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;

/** The one string that ssh can carry, for an argv that runs as root. */
export const rootCommandLine = (argv: readonly string[]): string =>
  ["sudo", "--non-interactive", "--", ...argv].map(shellQuote).join(" ");
