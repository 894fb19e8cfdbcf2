import { basename, dirname } from "node:path";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** A vitest sequencer that begins with the suites that take longest, so that none ends alone. */
export const longestFirst = (minutesOf: ReadonlyMap<string, number>): typeof BaseSequencer =>
  class extends BaseSequencer {
    override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
      const minutes = ({ moduleId }: TestSpecification): number =>
        minutesOf.get(basename(dirname(moduleId))) ?? 0;
      return [...files].sort((one, other) => minutes(other) - minutes(one));
    }
  };
