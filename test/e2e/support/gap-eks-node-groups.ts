import { ACCOUNT, describe, type Item, NOW, remove, update } from "./gap-eks-answers.ts";
import type { AwsAnswer, AwsCall } from "./gap-route.ts";

/** EKS's managed node groups, which exist at once and hold no nodes. */
export const nodeGroups =
  (items: Map<string, Item>) =>
  ({ method, path: [, cluster = "", , name = "", action], body }: AwsCall): AwsAnswer => {
    const key = `${cluster}/${name}`;
    if (method === "POST" && name === "") {
      const created = String(body["nodegroupName"]);
      const nodegroup = {
        ...body,
        clusterName: cluster,
        nodegroupArn: `${ACCOUNT}:nodegroup/${cluster}/${created}/1`,
        status: "ACTIVE",
        health: { issues: [] },
        version: "1.36",
        releaseVersion: "1.36.2-20261101",
        resources: { autoScalingGroups: [{ name: `eks-${created}` }] },
        createdAt: NOW,
        modifiedAt: NOW,
      };
      items.set(`${cluster}/${created}`, nodegroup);
      return { body: { nodegroup } };
    }
    if (action !== undefined) {
      items.set(key, { ...items.get(key), ...body });
      return update("ConfigUpdate");
    }
    return method === "DELETE"
      ? remove(items, key, "nodegroup")
      : describe(items, key, "nodegroup");
  };
