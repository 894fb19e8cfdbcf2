import type { Step } from "./plan.ts";

const indent = (text: string): string => text.replaceAll("\n", "\n      ");

/** One step as lines of plain text: what stays and why, or what was and what will be. */
export const renderStep = ({ operation, outcome }: Step): string => {
  switch (outcome.kind) {
    case "no-op":
      return `  = ${operation}: ${outcome.reason}`;
    case "change":
      return `  ~ ${operation}\n      before: ${indent(outcome.before)}\n      after:  ${indent(outcome.after)}`;
    case "refusal":
      return `  ! ${operation}: ${outcome.reason}\n      remedy: ${indent(outcome.remedy)}`;
  }
};

/** The plan as data for other programs: no file contents, no commands. */
export const stepToJson = ({ operation, outcome }: Step): object =>
  outcome.kind === "change"
    ? { operation, kind: outcome.kind, before: outcome.before, after: outcome.after }
    : { operation, ...outcome };

export const summary = (steps: readonly Step[]): string => {
  const count = (kind: string): number =>
    steps.filter(({ outcome }) => outcome.kind === kind).length;
  return `${count("change")} to change, ${count("no-op")} in order, ${count("refusal")} refused`;
};
