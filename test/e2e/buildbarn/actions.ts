import type { ActionRequest } from "../../../reapi/action.ts";
import type { ExecuteOptions, ReapiClient } from "../../../reapi/client.ts";
import type { Execution } from "../../../reapi/execution.ts";

/** Many at once, but not all: as Bazel's --jobs. */
const JOBS = 64;

/** Runs a job for each item, `JOBS` at a time, and gives the results in the items' order. */
export const inParallel = async <Item, Result>(
  items: readonly Item[],
  job: (item: Item) => Promise<Result>,
): Promise<Result[]> => {
  const results: Result[] = [];
  let next = 0;
  const work = async (): Promise<void> => {
    for (let at = next++; at < items.length; at = next++) {
      const item = items[at];
      if (item !== undefined) results[at] = await job(item);
    }
  };
  await Promise.all(Array.from({ length: JOBS }, work));
  return results;
};

/** A shell script as an action. */
export const script = (
  text: string,
  execProperties: Readonly<Record<string, string>>,
  more: Partial<ActionRequest> = {},
): ActionRequest => ({
  arguments: ["/bin/sh", "-c", text],
  environment: { PATH: "/usr/bin:/bin" },
  execProperties,
  ...more,
});

/** Small actions that differ, each with an input and an output. */
export const smallActions = (
  count: number,
  execProperties: Readonly<Record<string, string>>,
  run: string,
): ActionRequest[] =>
  Array.from({ length: count }, (_, index) =>
    script("cat in.txt > out.txt; echo done", execProperties, {
      inputs: { "in.txt": { content: Buffer.from(`${run} ${index}\n`) } },
      outputs: ["out.txt"],
    }),
  );

export const execute = (
  client: ReapiClient,
  request: ActionRequest,
  options: ExecuteOptions = { timeoutSec: 120 },
): Promise<Execution> => client.execute(request, options);
