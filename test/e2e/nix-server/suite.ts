import { execa } from "execa";
import type { Part, Suite } from "../support/suite-type.ts";

const program = (name: string, debianPackage: string): Part => ({
  name,
  present: async () => !(await execa(name, ["--version"], { reject: false })).failed,
  remedy: `apt-get install ${debianPackage}, or run test/e2e/install.sh`,
});

export const suite: Suite = {
  summary: "the provisioner makes a real Debian 13 machine the Nix server; a second one uses it",
  parts: [
    program("qemu-system-x86_64", "qemu-system-x86"),
    program("qemu-img", "qemu-utils"),
    program("mmdebstrap", "mmdebstrap"),
    {
      name: "ssh",
      present: async () => !(await execa("ssh", ["-V"], { reject: false })).failed,
      remedy: "apt-get install openssh-client",
    },
  ],
};
