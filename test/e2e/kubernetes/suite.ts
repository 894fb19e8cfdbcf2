import { KUBE_API, MOTO, TERRAFORM } from "../support/parts.ts";
import type { Suite } from "../support/suite-type.ts";

export const suite: Suite = {
  summary: "real Terraform and helm apply the platform and buildbarn stacks to a real API server",
  minutes: 3,
  parts: [TERRAFORM, MOTO, KUBE_API],
};
