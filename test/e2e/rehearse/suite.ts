import { execa } from "execa";
import { hasKubeApi } from "../support/kube-api.ts";
import { MOTO, TERRAFORM } from "../support/parts.ts";
import type { Part, Suite } from "../support/suite-type.ts";

const program = (name: string, debianPackage: string): Part => ({
  name,
  present: async () => !(await execa(name, ["--version"], { reject: false })).failed,
  remedy: `apt-get install ${debianPackage}, or run test/e2e/install.sh`,
});

export const suite: Suite = {
  summary: "a whole deployment: cdktf deploy '*', changes, faults, destroy; no cloud account",
  parts: [
    TERRAFORM,
    MOTO,
    program("qemu-system-x86_64", "qemu-system-x86"),
    program("mmdebstrap", "mmdebstrap"),
    {
      name: "etcd and kube-apiserver",
      present: hasKubeApi,
      remedy:
        "run test/e2e/install.sh, or set KUBEBUILDER_ASSETS to envtest's binaries (setup-envtest use)",
    },
  ],
};
