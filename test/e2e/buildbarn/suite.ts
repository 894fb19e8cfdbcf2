import { debianProgram } from "../support/parts.ts";
import type { Part, Suite } from "../support/suite-type.ts";
import { programPath } from "./programs.ts";

const buildbarn = (name: string): Part => ({
  name,
  present: () => programPath(name) !== undefined,
  remedy:
    "put Buildbarn's binaries on PATH, or name their folder in BUILDBARN_BIN: https://github.com/buildbarn/bb-remote-execution",
});

export const suite: Suite = {
  summary: "real Buildbarn processes run actions under the generated configurations",
  minutes: 4,
  parts: [
    ...["bb_storage", "bb_scheduler", "bb_worker", "bb_runner"].map(buildbarn),
    {
      name: "root, to give worker and actions users of their own",
      present: () => process.getuid?.() === 0,
      remedy: "run as root, in a machine that is yours",
    },
    debianProgram("nginx", "nginx-light", "-v"),
  ],
  // It measures throughput, and its processes have fixed users.
  alone: true,
  // No package registry has the binaries.
  inCi: false,
};
