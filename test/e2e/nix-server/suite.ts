import { guestBases } from "../support/guest-base.ts";
import { MMDEBSTRAP, QEMU, QEMU_IMG, SSH } from "../support/parts.ts";
import type { Suite } from "../support/suite-type.ts";

export const suite: Suite = {
  summary: "the provisioner makes a real Debian 13 machine the Nix server; a second one uses it",
  minutes: 20,
  parts: [QEMU, QEMU_IMG, MMDEBSTRAP, SSH],
  prepare: () => guestBases(["server", "client"]),
};
