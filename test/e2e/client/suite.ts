import { debianProgram, SSH } from "../support/parts.ts";
import type { Suite } from "../support/suite-type.ts";

export const suite: Suite = {
  summary: "ssh and Bazel take the client bundle's files",
  minutes: 1,
  parts: [SSH, debianProgram("bazel", "bazel-bootstrap")],
};
