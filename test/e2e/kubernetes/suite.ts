import { hasKubeApi } from "../support/kube-api.ts";
import { MOTO, TERRAFORM } from "../support/parts.ts";
import type { Suite } from "../support/suite-type.ts";

export const suite: Suite = {
  summary: "real Terraform and helm apply the platform and buildbarn stacks to a real API server",
  parts: [
    TERRAFORM,
    MOTO,
    {
      name: "etcd and kube-apiserver",
      present: hasKubeApi,
      remedy:
        "run test/e2e/install.sh, or set KUBEBUILDER_ASSETS to envtest's binaries (setup-envtest use)",
    },
  ],
};
