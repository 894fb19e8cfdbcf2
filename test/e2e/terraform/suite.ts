import { MOTO, TERRAFORM } from "../support/parts.ts";
import type { Suite } from "../support/suite-type.ts";

export const suite: Suite = {
  summary: "real Terraform and the real AWS provider apply, change and destroy every AWS stack",
  minutes: 14,
  parts: [TERRAFORM, MOTO],
};
