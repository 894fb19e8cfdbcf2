import { existsSync } from "node:fs";
import { execa } from "execa";
import { motoServer } from "./aws-stand-in.ts";
import { hasKubeApi } from "./kube-api.ts";
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

/** A program of a Debian package, which install.sh installs. */
export const debianProgram = (
  name: string,
  debianPackage: string,
  versionOption = "--version",
): Part => ({
  name,
  present: async () => !(await execa(name, [versionOption], { reject: false })).failed,
  remedy: `apt-get install ${debianPackage}, or run test/e2e/install.sh`,
});

export const SSH = debianProgram("ssh", "openssh-client", "-V");
export const QEMU = debianProgram("qemu-system-x86_64", "qemu-system-x86");
export const QEMU_IMG = debianProgram("qemu-img", "qemu-utils");
export const MMDEBSTRAP = debianProgram("mmdebstrap", "mmdebstrap");

export const KUBE_API: Part = {
  name: "etcd and kube-apiserver",
  present: hasKubeApi,
  remedy:
    "run test/e2e/install.sh, or set KUBEBUILDER_ASSETS to envtest's binaries (setup-envtest use)",
};
