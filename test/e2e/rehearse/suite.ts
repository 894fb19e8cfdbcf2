import { guestBases } from "../support/guest-base.ts";
import { KUBE_API, MMDEBSTRAP, MOTO, QEMU, QEMU_IMG, SSH, TERRAFORM } from "../support/parts.ts";
import type { Suite } from "../support/suite-type.ts";

export const suite: Suite = {
  summary: "a whole deployment: cdktf deploy '*', changes, faults, destroy; no cloud account",
  minutes: 18,
  parts: [TERRAFORM, MOTO, QEMU, QEMU_IMG, MMDEBSTRAP, SSH, KUBE_API],
  prepare: () => guestBases(["server"]),
};
