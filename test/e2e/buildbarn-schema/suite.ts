import { execa } from "execa";
import type { Suite } from "../support/suite-type.ts";

export const suite: Suite = {
  summary: "Buildbarn's own protobuf schema parses every generated configuration strictly",
  minutes: 1,
  parts: [
    {
      name: "go >= 1.25, with a module proxy in reach",
      present: async () => !(await execa("go", ["version"], { reject: false })).failed,
      remedy: "https://go.dev/dl/",
    },
  ],
};
