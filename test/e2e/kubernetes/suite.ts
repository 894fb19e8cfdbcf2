import { existsSync } from "node:fs";
import { execa } from "execa";
import { motoServer } from "../support/aws-stand-in.ts";
import { hasKubeApi } from "../support/kube-api.ts";
import type { Suite } from "../support/suite-type.ts";

export const suite: Suite = {
  summary: "real Terraform and helm apply the platform and buildbarn stacks to a real API server",
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
    {
      name: "etcd and kube-apiserver",
      present: hasKubeApi,
      remedy:
        "run test/e2e/install.sh, or set KUBEBUILDER_ASSETS to envtest's binaries (setup-envtest use)",
    },
  ],
};
