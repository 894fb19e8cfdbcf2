import { ACCOUNT, describe, type Item, NOW, remove, update } from "./gap-eks-answers.ts";
import { nodeGroups } from "./gap-eks-node-groups.ts";
import type { AwsAnswer, AwsCall, Route } from "./gap-route.ts";

/** Pod identity associations, which add-ons also make for their service accounts. */
const podIdentities = (items: Map<string, Item>) => {
  let made = 0;
  const add = (cluster: string, body: Item): Item => {
    made += 1;
    const associationId = `a-${String(made).padStart(17, "0")}`;
    const item = {
      ...body,
      clusterName: cluster,
      associationId,
      associationArn: `${ACCOUNT}:podidentityassociation/${cluster}/${associationId}`,
      createdAt: NOW,
      modifiedAt: NOW,
    };
    items.set(associationId, item);
    return item;
  };
  const route = ({ method, path: [, cluster = "", , id = ""], body }: AwsCall): AwsAnswer => {
    if (method === "POST" && id === "") return { body: { association: add(cluster, body) } };
    if (id === "") return { body: { associations: [...items.values()] } };
    if (method === "DELETE") return remove(items, id, "association");
    return describe(items, id, "association");
  };
  return { add, route };
};

const addons =
  (items: Map<string, Item>, identities: ReturnType<typeof podIdentities>) =>
  ({ method, path: [, cluster = "", , name = "", action], body }: AwsCall): AwsAnswer => {
    const key = `${cluster}/${name}`;
    if (method === "POST" && name === "") {
      const { podIdentityAssociations, ...settings } = body;
      const wanted: unknown[] = Array.isArray(podIdentityAssociations)
        ? podIdentityAssociations
        : [];
      const addon = {
        ...settings,
        clusterName: cluster,
        status: "ACTIVE",
        health: { issues: [] },
        addonArn: `${ACCOUNT}:addon/${cluster}/${String(body["addonName"])}/1`,
        createdAt: NOW,
        modifiedAt: NOW,
        podIdentityAssociations: wanted.map(
          (one) =>
            identities.add(cluster, { namespace: "kube-system", ...Object(one) })["associationArn"],
        ),
      };
      items.set(`${cluster}/${String(body["addonName"])}`, addon);
      return { body: { addon } };
    }
    if (action === "update") {
      items.set(key, { ...items.get(key), ...body });
      return update("AddonUpdate");
    }
    return method === "DELETE" ? remove(items, key, "addon") : describe(items, key, "addon");
  };

const accessEntries =
  (items: Map<string, Item>, policies: Map<string, Item>) =>
  ({
    method,
    path: [, cluster = "", , principal = "", sub, policyArn = ""],
    body,
  }: AwsCall): AwsAnswer => {
    const key = `${cluster} ${principal}`;
    if (method === "POST" && principal === "") {
      const arn = String(body["principalArn"]);
      const entry = {
        kubernetesGroups: [],
        type: "STANDARD",
        ...body,
        clusterName: cluster,
        username: arn,
        accessEntryArn: `${ACCOUNT}:access-entry/${cluster}/role/123456789012/x`,
        createdAt: NOW,
        modifiedAt: NOW,
      };
      items.set(`${cluster} ${arn}`, entry);
      return { body: { accessEntry: entry } };
    }
    if (sub === "access-policies") {
      if (method === "POST") {
        const associated = { ...body, associatedAt: NOW, modifiedAt: NOW };
        policies.set(`${key} ${String(body["policyArn"])}`, associated);
        return {
          body: {
            clusterName: cluster,
            principalArn: principal,
            associatedAccessPolicy: associated,
          },
        };
      }
      if (method === "DELETE") {
        policies.delete(`${key} ${policyArn}`);
        return { body: {} };
      }
      const own = [...policies]
        .filter(([name]) => name.startsWith(`${key} `))
        .map(([, item]) => item);
      return {
        body: { clusterName: cluster, principalArn: principal, associatedAccessPolicies: own },
      };
    }
    return method === "DELETE"
      ? remove(items, key, "accessEntry")
      : describe(items, key, "accessEntry");
  };

/** One default version for each add-on and Kubernetes version. */
const addonVersions = ({ query }: AwsCall): AwsAnswer => ({
  body: {
    addons: [
      {
        addonName: query.get("addonName"),
        addonVersions: [
          {
            addonVersion: `v1.${query.get("kubernetesVersion")?.split(".")[1] ?? "0"}.0-eksbuild.1`,
            compatibilities: [
              { clusterVersion: query.get("kubernetesVersion"), defaultVersion: true },
            ],
          },
        ],
      },
    ],
  },
});

/** Makes the cluster's security group where the other services find it. */
export type CreateSecurityGroup = (
  name: string,
  subnetIds: readonly string[],
  region: string,
) => Promise<string>;

const objectOf = (value: unknown): Item =>
  typeof value === "object" && value !== null ? { ...value } : {};

/** Where clients of the cluster are sent. */
export interface ControlPlane {
  readonly endpoint: string;
  /** The certificate authority's PEM text in base64. */
  readonly certificateAuthority: string;
}
/** Answers nowhere: enough for stacks that only hand it on. */
const NO_CONTROL_PLANE: ControlPlane = {
  endpoint: "https://127.0.0.1:6443",
  certificateAuthority: "Y2E=",
};

const clusters =
  (
    items: Map<string, Item>,
    createSecurityGroup: CreateSecurityGroup,
    controlPlane: ControlPlane,
  ) =>
  async ({ method, path: [, name = "", action], body, region }: AwsCall): Promise<AwsAnswer> => {
    if (method === "POST" && name === "") {
      const vpc = objectOf(body["resourcesVpcConfig"]);
      const subnetIds = Array.isArray(vpc["subnetIds"]) ? vpc["subnetIds"].map(String) : [];
      const created = String(body["name"]);
      const cluster = {
        ...body,
        arn: `${ACCOUNT}:cluster/${created}`,
        createdAt: NOW,
        status: "ACTIVE",
        platformVersion: "eks.1",
        endpoint: controlPlane.endpoint,
        certificateAuthority: { data: controlPlane.certificateAuthority },
        identity: { oidc: { issuer: `https://127.0.0.1/${created}` } },
        deletionProtection: false,
        kubernetesNetworkConfig: { ipFamily: "ipv4", ...objectOf(body["kubernetesNetworkConfig"]) },
        resourcesVpcConfig: {
          securityGroupIds: [],
          ...vpc,
          clusterSecurityGroupId: await createSecurityGroup(
            `eks-cluster-sg-${created}`,
            subnetIds,
            region,
          ),
        },
      };
      items.set(created, cluster);
      return { body: { cluster } };
    }
    if (action !== undefined) return update("ConfigUpdate");
    return method === "DELETE" ? remove(items, name, "cluster") : describe(items, name, "cluster");
  };

/** EKS in memory: moto's forgets most of what it is given. https://docs.aws.amazon.com/eks/latest/APIReference/API_Operations.html */
export const eksRoutes = (
  createSecurityGroup: CreateSecurityGroup,
  controlPlane: ControlPlane = NO_CONTROL_PLANE,
): Route => {
  const identities = podIdentities(new Map());
  const addonRoute = addons(new Map(), identities);
  const entryRoute = accessEntries(new Map(), new Map());
  const groupRoute = nodeGroups(new Map());
  const clusterRoute = clusters(new Map(), createSecurityGroup, controlPlane);
  return (call) => {
    const [first, , collection] = call.path;
    if (first === "addons") return addonVersions(call);
    if (first !== "clusters") return undefined;
    if (collection === "addons") return addonRoute(call);
    if (collection === "access-entries") return entryRoute(call);
    if (collection === "pod-identity-associations") return identities.route(call);
    if (collection === "node-groups") return groupRoute(call);
    if (collection === "updates") return update("ConfigUpdate");
    return clusterRoute(call);
  };
};
