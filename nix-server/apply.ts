import type { DesiredServer } from "./desired.ts";
import { type Command, type Host, ProvisionError } from "./host.ts";
import { OPERATIONS } from "./operations/index.ts";
import type { Operation } from "./outcome.ts";
import { plan, readFacts, type Step } from "./plan.ts";

const LINES_OF_OUTPUT = 12;

const runCommand = async (host: Host, operation: string, command: Command): Promise<void> => {
  const { code, stdout, stderr } = await host.run(command).catch((error: unknown) => {
    if (!(error instanceof ProvisionError)) throw error;
    throw new ProvisionError(`${operation}: ${error.message}`);
  });
  if (code === 0) return;
  const said = (stderr.trim() || stdout.trim()).split("\n").slice(-LINES_OF_OUTPUT).join("\n");
  throw new ProvisionError(
    `${operation}: ${command.argv[0]} ended with exit code ${code}:\n${said}\nput that right and run apply again: it goes on where it stopped`,
  );
};

/**
 * Brings the server to what is desired, one operation at a time, each on fresh facts if anything
 * changed before it, and reads all facts again at the end: then nothing may be left to do.
 */
export const apply = async (
  host: Host,
  desired: DesiredServer,
  onStep: (step: Step) => void = () => {},
  operations: readonly Operation[] = OPERATIONS,
): Promise<Step[]> => {
  const steps: Step[] = [];
  let facts = await readFacts(host, desired);
  for (const { name, decide } of operations) {
    const outcome = decide(desired, facts);
    const step = { operation: name, outcome };
    onStep(step);
    if (outcome.kind === "refusal") {
      throw new ProvisionError(`${name}: ${outcome.reason}; ${outcome.remedy}`);
    }
    if (outcome.kind === "change") {
      for (const command of outcome.commands) await runCommand(host, name, command);
      facts = await readFacts(host, desired);
    }
    steps.push(step);
  }
  const left = plan(desired, facts, operations).filter(({ outcome }) => outcome.kind !== "no-op");
  if (left.length > 0) {
    throw new ProvisionError(
      `after apply there is still to do: ${left.map(({ operation }) => operation).join(", ")}; run plan to see what`,
    );
  }
  return steps;
};
