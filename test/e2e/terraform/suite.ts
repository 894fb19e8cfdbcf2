import { existsSync } from "node:fs";
import { execa } from "execa";
import { motoServer } from "../support/aws-stand-in.ts";
import type { Suite } from "../support/suite-type.ts";

export const suite: Suite = {
  summary: "real Terraform and the real AWS provider apply, change and destroy every AWS stack",
  parts: [
    {
      name: "terraform >= 1.11",
      present: async () =>
        (await execa("terraform", ["version"], { reject: false })).exitCode === 0,
      remedy: "https://developer.hashicorp.com/terraform/install",
    },
    {
      name: "moto (the AWS stand-in)",
      present: () => existsSync(motoServer),
      remedy: "run test/e2e/install.sh, which also sees to the providers",
    },
  ],
};
