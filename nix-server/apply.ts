import type { DesiredServer } from "./desired.ts";
import type { Facts } from "./facts/facts.ts";
import { type Command, type Host, ProvisionError } from "./host.ts";
import { OPERATIONS } from "./operations/index.ts";
import type { Operation } from "./outcome.ts";
import { plan, readFacts, type Step } from "./plan.ts";
import { type Progress, SILENT } from "./progress.ts";

const LINES_OF_OUTPUT = 12;

/** Says in which operation a fault came up. */
const during = async <Value>(operation: string, work: Promise<Value>): Promise<Value> => {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof ProvisionError)) throw error;
    throw new ProvisionError(`${operation}: ${error.message}`);
  }
};

const runCommand = async (
  host: Host,
  operation: string,
  command: Command,
  progress: Progress,
): Promise<void> => {
  const onLine = (line: string): void => progress.running(operation, line);
  const { code, stdout, stderr } = await during(operation, host.run(command, onLine));
  if (code === 0) return;
  const said = (stderr.trim() || stdout.trim()).split("\n").slice(-LINES_OF_OUTPUT).join("\n");
  throw new ProvisionError(
    `${operation}: ${command.argv[0]} ended with exit code ${code}:\n${said}\nput that right and run apply again: it goes on where it stopped`,
  );
};

export interface Applied {
  readonly steps: readonly Step[];
  /** Read when all was done. */
  readonly facts: Facts;
}

/**
 * Brings the server to what is desired, one operation at a time, each on fresh facts if anything
 * changed before it; by the facts read after the last change nothing may be left to do.
 * @throws ProvisionError that names the operation; what is done stays done
 */
export const apply = async (
  host: Host,
  desired: DesiredServer,
  progress: Progress = SILENT,
  operations: readonly Operation[] = OPERATIONS,
): Promise<Applied> => {
  const steps: Step[] = [];
  let facts = await readFacts(host, desired);
  for (const { name, decide } of operations) {
    const outcome = decide(desired, facts);
    const step = { operation: name, outcome };
    progress.decided(step);
    if (outcome.kind === "refusal") {
      throw new ProvisionError(`${name}: ${outcome.reason}; ${outcome.remedy}`);
    }
    if (outcome.kind === "change") {
      for (const command of outcome.commands) await runCommand(host, name, command, progress);
      facts = await during(name, readFacts(host, desired));
    }
    steps.push(step);
  }
  const left = plan(desired, facts, operations).filter(({ outcome }) => outcome.kind !== "no-op");
  if (left.length > 0) {
    throw new ProvisionError(
      `after apply there is still to do: ${left.map(({ operation }) => operation).join(", ")}; run plan to see what`,
    );
  }
  return { steps, facts };
};
