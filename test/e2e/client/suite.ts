import { execa } from "execa";
import type { Suite } from "../support/suite-type.ts";

export const suite: Suite = {
  summary: "ssh and Bazel take the client bundle's files",
  parts: [
    {
      name: "ssh",
      present: async () => !(await execa("ssh", ["-V"], { reject: false })).failed,
      remedy: "apt-get install openssh-client",
    },
    {
      name: "bazel",
      present: async () => !(await execa("bazel", ["--version"], { reject: false })).failed,
      remedy: "apt-get install bazel-bootstrap, or run test/e2e/install.sh",
    },
  ],
};
