import { readFileSync } from "node:fs";
import { z } from "zod";
import { UserError } from "./load.ts";
import { stackId } from "./names.ts";
import { stackOutputs } from "./outputs.ts";

/** A stack whose outputs others read. */
export type PublishingStack = keyof typeof stackOutputs;
export type OutputsOf<Stack extends PublishingStack> = {
  readonly [Name in Stack]: z.output<(typeof stackOutputs)[Name]>;
};

/** The command that writes the file which {@link readOutputs} reads. */
export const outputsCommand = (environment: string, file: string): string =>
  `ENVIRONMENT=${environment} npx cdktf output '*' --outputs-file ${file}`;

const stacksInFile = z.record(z.string(), z.record(z.string(), z.unknown()));

/** CDKTF publishes what other stacks refer to; that is between the stacks. */
export const isOwnOutput = (name: string): boolean => !name.startsWith("cross-stack-output-");

/**
 * Takes the outputs of some stacks from a text that `cdktf output --outputs-file` wrote.
 * @param source what the text is called in messages
 * @throws UserError with all that is missing or wrong, and how to write it anew
 */
export const readOutputsText = <Stack extends PublishingStack>(
  text: string,
  source: string,
  environment: string,
  stacks: readonly Stack[],
): OutputsOf<Stack> => {
  const fail = (faults: readonly string[]): never => {
    throw new UserError(
      [
        `${source}: not the outputs of environment ${environment}:`,
        ...faults.map((fault) => `  ${fault}`),
        `deploy the stacks, then: ${outputsCommand(environment, source)}`,
      ].join("\n"),
    );
  };
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return fail(["it is no JSON"]);
  }
  const all = stacksInFile.safeParse(json);
  if (!all.success) return fail(["it does not map stacks to their outputs"]);
  const faults: string[] = [];
  const found: Partial<Record<PublishingStack, unknown>> = {};
  for (const stack of stacks) {
    const id = stackId(environment, stack);
    const outputs = all.data[id];
    if (outputs === undefined) {
      faults.push(`${id}: missing`);
      continue;
    }
    const own = Object.fromEntries(Object.entries(outputs).filter(([name]) => isOwnOutput(name)));
    const parsed = stackOutputs[stack].safeParse(own);
    if (parsed.success) found[stack] = parsed.data;
    else {
      faults.push(
        ...parsed.error.issues.map(({ path, message }) => `${[id, ...path].join(".")}: ${message}`),
      );
    }
  }
  if (faults.length > 0) return fail(faults);
  const isComplete = (value: typeof found): value is OutputsOf<Stack> =>
    stacks.every((stack) => stack in value);
  return isComplete(found) ? found : fail(["it is incomplete"]);
};

/** Like {@link readOutputsText}, from a file. */
export const readOutputs = <Stack extends PublishingStack>(
  file: string,
  environment: string,
  stacks: readonly Stack[],
): OutputsOf<Stack> => {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch {
    throw new UserError(
      `${file} cannot be read; deploy the stacks, then: ${outputsCommand(environment, file)}`,
    );
  }
  return readOutputsText(text, file, environment, stacks);
};
