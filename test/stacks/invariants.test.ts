import { describe, expect, test } from "vitest";
import { listEnvironments, loadEnvironment } from "../../config/load.ts";
import { ENVIRONMENTS_FOLDER, resourcesOf, type StackJson, synthesize } from "../support/synth.ts";

/** What must hold for every stack of every environment. */
interface Invariant {
  readonly what: string;
  /** Everything that breaks it in one stack, by address. */
  readonly broken: (stack: StackJson) => string[];
  /** Plants one thing that breaks it. */
  readonly plant: (stack: StackJson) => void;
}

type Settings = Record<string, unknown>;

const settingsOf = (value: unknown): Settings =>
  typeof value === "object" && value !== null ? { ...value } : {};

const listOf = (value: unknown): Settings[] =>
  (Array.isArray(value) ? value : value === undefined ? [] : [value]).map(settingsOf);

/** Addresses of the resources of some types whose settings a check refuses. */
const where =
  (types: readonly string[], refuses: (settings: Settings) => boolean) =>
  (stack: StackJson): string[] =>
    resourcesOf(stack)
      .filter(([type, , settings]) => types.includes(type) && refuses(settings))
      .map(([type, name]) => `${type}.${name}`);

const plant =
  (type: string, settings: Settings) =>
  (stack: StackJson): void => {
    stack.resource[type] = { ...stack.resource[type], planted: settings };
  };

const WORLD = ["0.0.0.0/0", "::/0"];
const CLOSED_PORTS = [22, 2049];

/** True when a rule lets the whole Internet in on a port that nobody but named networks may use. */
const opensToWorld = (rule: Settings): boolean => {
  const fromWorld = [rule["cidr_ipv4"], rule["cidr_ipv6"]].some((cidr) =>
    WORLD.includes(String(cidr)),
  );
  const all = String(rule["ip_protocol"]) === "-1";
  return (
    fromWorld &&
    CLOSED_PORTS.some(
      (port) => all || (Number(rule["from_port"]) <= port && port <= Number(rule["to_port"])),
    )
  );
};

const imdsOpen = (settings: Settings): boolean => {
  const options = settingsOf(settings["metadata_options"]);
  return options["http_tokens"] !== "required" || options["http_put_response_hop_limit"] !== 1;
};

/** What a release's values give as images. */
const imagesOf = (release: Settings): string[] =>
  listOf(release["values"]).length === 0
    ? []
    : [release["values"]]
        .flat()
        .map(String)
        .flatMap((text) =>
          [
            ...text.matchAll(
              /^\s*(?:image|initImage|worker|runner|runnerInstaller|init): (\S+[/:]\S+)$/gm,
            ),
          ].map(([, image = ""]) => image),
        );
const isPinned = (image: string): boolean =>
  /@sha256:[0-9a-f]{64}$/.test(image) || (/:[^/:]+$/.test(image) && !image.endsWith(":latest"));

const TAGGED = ["nixbarn:environment", "nixbarn:managed-by"];

/** A 64-digit hex text is what our keys look like; the others are well-known shapes of secrets. */
const SECRET =
  /(?<![0-9a-f:])[0-9a-f]{64}(?![0-9a-f])|PRIVATE KEY|AKIA[0-9A-Z]{16}|gh[pousr]_\w{30,}/;
const withoutDigests = (text: string): string => text.replaceAll(/sha256:[0-9a-f]{64}/g, "");

const INVARIANTS: readonly Invariant[] = [
  {
    what: "ssh and NFS are never open to the world",
    broken: where(["aws_vpc_security_group_ingress_rule"], opensToWorld),
    plant: plant("aws_vpc_security_group_ingress_rule", {
      cidr_ipv4: "0.0.0.0/0",
      ip_protocol: "tcp",
      from_port: 20,
      to_port: 30,
    }),
  },
  {
    what: "NFS admits security groups alone, never an address range",
    broken: where(
      ["aws_vpc_security_group_ingress_rule"],
      (rule) => rule["from_port"] === 2049 && rule["referenced_security_group_id"] === undefined,
    ),
    plant: plant("aws_vpc_security_group_ingress_rule", {
      cidr_ipv4: "10.0.0.0/16",
      ip_protocol: "tcp",
      from_port: 2049,
      to_port: 2049,
    }),
  },
  {
    what: "rules stand alone: no inline rules that the address checks would not see",
    broken: where(
      ["aws_security_group", "aws_default_security_group", "aws_security_group_rule"],
      (group) =>
        group["ingress"] !== undefined ||
        group["egress"] !== undefined ||
        group["cidr_blocks"] !== undefined,
    ),
    plant: plant("aws_security_group", { ingress: [{ cidr_blocks: ["0.0.0.0/0"] }] }),
  },
  {
    what: "every disk is encrypted",
    broken: (stack) => [
      ...where(["aws_ebs_volume"], (volume) => volume["encrypted"] !== true)(stack),
      ...where(
        ["aws_instance"],
        (one) => settingsOf(one["root_block_device"])["encrypted"] !== true,
      )(stack),
      ...where(["aws_launch_template"], (template) => {
        const disks = listOf(template["block_device_mappings"]);
        return (
          disks.length === 0 ||
          disks.some((disk) => settingsOf(disk["ebs"])["encrypted"] !== "true")
        );
      })(stack),
    ],
    plant: plant("aws_launch_template", {
      block_device_mappings: [{ ebs: { encrypted: "false" } }],
    }),
  },
  {
    what: "Kubernetes secrets are encrypted with a key of our own",
    broken: where(
      ["aws_eks_cluster"],
      (cluster) => settingsOf(cluster["encryption_config"])["resources"] === undefined,
    ),
    plant: plant("aws_eks_cluster", {}),
  },
  {
    what: "instance metadata needs a token and stops at the instance",
    broken: where(["aws_instance", "aws_launch_template"], imdsOpen),
    plant: plant("aws_instance", { metadata_options: { http_tokens: "optional" } }),
  },
  {
    what: "every node group uses a launch template of ours",
    broken: where(["aws_eks_node_group"], (group) => group["launch_template"] === undefined),
    plant: plant("aws_eks_node_group", {}),
  },
  {
    what: "listeners speak TLS 1.2 or newer and refuse by default",
    broken: where(
      ["aws_lb_listener"],
      (listener) =>
        listener["protocol"] !== "HTTPS" ||
        !/^ELBSecurityPolicy-TLS13-1-[23]-/.test(String(listener["ssl_policy"])) ||
        listOf(listener["default_action"]).some((action) => action["type"] !== "fixed-response"),
    ),
    plant: plant("aws_lb_listener", { protocol: "HTTP", default_action: [{ type: "forward" }] }),
  },
  {
    what: "nobody gets cluster rights for having made the cluster, and none by ConfigMap",
    broken: where(["aws_eks_cluster"], (cluster) => {
      const access = settingsOf(cluster["access_config"]);
      return (
        access["authentication_mode"] !== "API" ||
        access["bootstrap_cluster_creator_admin_permissions"] !== false
      );
    }),
    plant: plant("aws_eks_cluster", { encryption_config: { resources: ["secrets"] } }),
  },
  {
    what: "the Kubernetes API is not open to the world",
    broken: where(["aws_eks_cluster"], (cluster) => {
      const vpc = settingsOf(cluster["vpc_config"]);
      const cidrs = vpc["public_access_cidrs"];
      return (
        vpc["endpoint_public_access"] !== false &&
        (!Array.isArray(cidrs) || cidrs.some((cidr) => WORLD.includes(cidr)))
      );
    }),
    plant: plant("aws_eks_cluster", { vpc_config: { endpoint_public_access: true } }),
  },
  {
    what: "no role may do everything, and no policy names every action of a service",
    broken: where(["aws_iam_role_policy", "aws_iam_policy"], (policy) =>
      /"Action":(\[[^\]]*)?"[\w-]*:?\*"/.test(String(policy["policy"])),
    ),
    plant: plant("aws_iam_role_policy", { policy: '{"Statement":[{"Action":["s3:*"]}]}' }),
  },
  {
    what: "the volume of /nix cannot be destroyed unless its environment says so",
    broken: where(
      ["aws_ebs_volume"],
      (volume) => settingsOf(volume["lifecycle"])["prevent_destroy"] !== true,
    ),
    plant: plant("aws_ebs_volume", { encrypted: true }),
  },
  {
    what: "everything is tagged with its environment",
    broken: (stack) => {
      const [aws] = stack.provider["aws"] ?? [];
      const tags = listOf(aws?.["default_tags"]).map((entry) => settingsOf(entry["tags"]));
      return TAGGED.filter((tag) => !tags.some((own) => own[tag] !== undefined));
    },
    plant: (stack) => {
      stack.provider["aws"] = [{ default_tags: [{ tags: { "nixbarn:managed-by": "cdktf" } }] }];
    },
  },
  {
    what: "container images have an exact tag or a digest, charts a version or a place in this project",
    broken: (stack) => [
      ...where(["helm_release"], (release) => imagesOf(release).some((image) => !isPinned(image)))(
        stack,
      ),
      ...where(
        ["helm_release"],
        (release) =>
          release["version"] === undefined &&
          !String(release["chart"]).startsWith("../../../charts/"),
      )(stack),
    ],
    plant: plant("helm_release", {
      chart: "../../../charts/storage",
      values: ["image: example.com/storage:latest"],
    }),
  },
  {
    what: "providers are pinned to one version, Terraform to a least one",
    broken: ({ terraform }) => [
      ...Object.entries(terraform.required_providers)
        .filter(([, { version }]) => !/^\d+\.\d+\.\d+$/.test(version))
        .map(([name]) => name),
      ...(/^>= \d+\.\d+\.\d+$/.test(terraform.required_version) ? [] : ["terraform"]),
    ],
    plant: ({ terraform }) => {
      terraform.required_providers["planted"] = { source: "hashicorp/null", version: "~> 3.0" };
    },
  },
  {
    what: "no secret stands in the JSON",
    broken: (stack) => (SECRET.test(withoutDigests(JSON.stringify(stack))) ? ["a secret"] : []),
    plant: plant("aws_lb_listener_rule", {
      condition: [{ values: ["0123456789abcdef".repeat(4)] }],
    }),
  },
  {
    what: "what is sensitive comes from resources that mark it so",
    broken: where(["random_id", "random_password", "tls_private_key"], () => true),
    plant: plant("random_id", { byte_length: 32 }),
  },
  {
    what: "names of load balancers and target groups fit into 32 characters",
    broken: where(["aws_lb", "aws_lb_target_group"], ({ name }) => String(name).length > 32),
    plant: plant("aws_lb", { name: "nixbarn-0123456789-0123456789-0123456789" }),
  },
  {
    what: "no number token was lost in a text",
    broken: (stack) => (/e\+\d{2,}|NaN/.test(JSON.stringify(stack.resource)) ? ["a token"] : []),
    plant: plant("aws_vpc", { tags: { Name: "nix--1.8881545897087e+289" } }),
  },
];

const stacks = listEnvironments(ENVIRONMENTS_FOLDER).flatMap((environment) =>
  Object.entries(synthesize(loadEnvironment(ENVIRONMENTS_FOLDER, environment))).map(
    ([name, stack]): [string, StackJson] => [`${environment}-${name}`, stack],
  ),
);

describe.each(INVARIANTS)("$what", ({ broken, plant }) => {
  test.each(stacks)("%s", (_, stack) => {
    expect(broken(stack)).toEqual([]);
  });

  test("a planted counter-example is caught", () => {
    for (const [, stack] of stacks) {
      const copy = structuredClone(stack);
      plant(copy);
      expect(broken(copy)).toHaveLength(1);
    }
  });
});
