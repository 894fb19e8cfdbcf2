/** What a cluster's controllers would see to, on an API server without any. */
import type { KubeApi } from "./kube-api.ts";

/** What the namespace controller does once nothing is left in a namespace that is to go. */
export const finishNamespaceDeletion = async (
  { call }: Pick<KubeApi, "call">,
  name: string,
): Promise<void> => {
  const { body } = await call("GET", `/api/v1/namespaces/${name}`);
  if (!JSON.stringify(body).includes("deletionTimestamp")) return;
  await call("PUT", `/api/v1/namespaces/${name}/finalize`, {
    apiVersion: "v1",
    kind: "Namespace",
    metadata: { name },
    spec: { finalizers: [] },
  });
};

/** What TargetGroupBinding is, as far as the frontend's chart uses it. */
export const TARGET_GROUP_BINDING = {
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: "targetgroupbindings.elbv2.k8s.aws" },
  spec: {
    group: "elbv2.k8s.aws",
    scope: "Namespaced",
    names: {
      kind: "TargetGroupBinding",
      plural: "targetgroupbindings",
      singular: "targetgroupbinding",
    },
    versions: [
      {
        name: "v1beta1",
        served: true,
        storage: true,
        schema: {
          openAPIV3Schema: {
            type: "object",
            properties: {
              spec: {
                type: "object",
                required: ["targetGroupARN", "serviceRef"],
                properties: {
                  targetGroupARN: { type: "string" },
                  targetType: { type: "string", enum: ["ip", "instance"] },
                  serviceRef: {
                    type: "object",
                    required: ["name", "port"],
                    properties: {
                      name: { type: "string" },
                      port: { type: "integer" },
                    },
                  },
                },
              },
            },
          },
        },
      },
    ],
  },
};
