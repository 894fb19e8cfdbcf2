import { existsSync } from "node:fs";
import { execa } from "execa";
import { motoServer } from "./aws-stand-in.ts";
import type { Part } from "./suite-type.ts";

/** Parts that several suites need. */
export const TERRAFORM: Part = {
  name: "terraform >= 1.11",
  present: async () => (await execa("terraform", ["version"], { reject: false })).exitCode === 0,
  remedy: "https://developer.hashicorp.com/terraform/install",
};

export const MOTO: Part = {
  name: "moto (the AWS stand-in)",
  present: () => existsSync(motoServer),
  remedy: "run test/e2e/install.sh, which also sees to the providers",
};
