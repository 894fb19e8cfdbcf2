import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { loadEnvironment } from "../../config/load.ts";
import { parseEnvironment, parseEnvironmentText } from "../../config/parse.ts";
import { ENVIRONMENTS_FOLDER } from "../support/synth.ts";

const minimalText = readFileSync(join(ENVIRONMENTS_FOLDER, "minimal.yaml"), "utf8");

// biome-ignore lint/suspicious/noExplicitAny: a draft is wrong on purpose, in every way
type Draft = any;

/** What is wrong, the edit of minimal.yaml that makes it so, and all that is said of it. */
const CASES: readonly [string, (d: Draft) => void, readonly string[]][] = [
  [
    "an empty file",
    (d) => {
      for (const k of Object.keys(d)) delete d[k];
    },
    [
      'name: is missing; add it, for example name: "example"',
      'region: is missing; add it, for example region: "eu-central-1"',
      'domain: is missing; add it, for example domain: {"name":"bazel.example.com","hostedZoneId":"Z0123456789ABCDEFGHIJ"}',
      'access: is missing; add it, for example access: {"apiKeys":[{"name":"laptops"}],"clientCidrs":["203.0.113.0/24"]}',
      'nixServer: is missing; add it, for example nixServer: {"sshCidrs":["203.0.113.0/24"],"admins":[{"name":"alice","publicKey":"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOdoSecH0Ku8Q3N4UCDrWpNS2jp6KCwHxOn3GKpIdeTI alice@laptop"}],"clients":[{"name":"bob","publicKey":"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOdoSecH0Ku8Q3N4UCDrWpNS2jp6KCwHxOn3GKpIdeTI alice@laptop"}]}',
      'cluster: is missing; add it, for example cluster: {"endpointCidrs":["203.0.113.0/24"],"adminRoleArns":["arn:aws:iam::111122223333:role/deployer"]}',
    ],
  ],
  [
    "name: upper case",
    (d) => {
      d.name = "Prod";
    },
    [
      'name: must be lower-case letters, digits and single hyphens, starting with a letter, 1 to 16 characters, got "Prod"; for example "example"',
    ],
  ],
  [
    "name: too long",
    (d) => {
      d.name = "a-very-long-environment-name";
    },
    [
      'name: must be lower-case letters, digits and single hyphens, starting with a letter, 1 to 16 characters, got "a-very-long-environment-name"; for example "example"',
    ],
  ],
  [
    "name: a number",
    (d) => {
      d.name = 7;
    },
    [
      'name: must be text; put quotes around it if it looks like a number or a date, got 7; for example "example"',
    ],
  ],
  [
    "name: missing",
    (d) => {
      delete d.name;
    },
    ['name: is missing; add it, for example name: "example"'],
  ],
  [
    "region: misspelt",
    (d) => {
      d.region = "eu-centrl-1";
    },
    ['region: must be an AWS region with EKS, got "eu-centrl-1"; for example "eu-central-1"'],
  ],
  [
    "region: a zone",
    (d) => {
      d.region = "us-east-1a";
      d.domain.certificateArn = "arn:aws:acm:us-east-1a:111122223333:certificate/1";
    },
    ['region: must be an AWS region with EKS, got "us-east-1a"; for example "eu-central-1"'],
  ],
  [
    "an unknown key near a known one",
    (d) => {
      d.nixserver = {};
    },
    ["nixserver: is not a known key; did you mean nixServer"],
  ],
  [
    "an unknown key",
    (d) => {
      d.colour = "green";
    },
    [
      "colour: is not a known key; the keys here are name, region, tags, state, network, domain, access, nixServer, cluster, buildbarn",
    ],
  ],
  [
    "tags: reserved prefix",
    (d) => {
      d.tags = { "aws:team": "x" };
    },
    [
      'tags.aws:team: must be a tag key of 1 to 128 letters, digits, spaces or _.:/=+-@ that does not start with aws:, got "x"',
    ],
  ],
  [
    "tags: a list",
    (d) => {
      d.tags = ["team"];
    },
    ['tags: must be a mapping of keys to values, got ["team"]; for example {"team":"build-tools"}'],
  ],
  [
    "tags: value is a number",
    (d) => {
      d.tags = { team: 3 };
    },
    [
      'tags.team: must be text; put quotes around it if it looks like a number or a date, got 3; for example "build-tools"',
    ],
  ],
  [
    "state: bucket name",
    (d) => {
      d.state = { s3: { bucket: "My_Bucket" } };
    },
    [
      'state.s3.bucket: must be an S3 bucket name of 3 to 63 lower-case letters, digits, dots and hyphens, got "My_Bucket"; for example "my-terraform-state"',
    ],
  ],
  [
    "state: bucket missing",
    (d) => {
      d.state = { s3: {} };
    },
    ['state.s3.bucket: is missing; add it, for example bucket: "my-terraform-state"'],
  ],
  [
    "state: prefix with a slash at its end",
    (d) => {
      d.state = { s3: { bucket: "my-bucket", prefix: "a/" } };
    },
    [
      'state.s3.prefix: must be a key prefix of letters, digits, _ . / and -, without a slash at either end, got "a/"; for example "nixbarn"',
    ],
  ],
  [
    "state: key alias instead of ARN",
    (d) => {
      d.state = { s3: { bucket: "my-bucket", kmsKeyArn: "alias/state" } };
    },
    [
      'state.s3.kmsKeyArn: must be the ARN of a KMS key, got "alias/state"; for example "arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"',
    ],
  ],
  [
    "network: not a CIDR",
    (d) => {
      d.network = { cidr: "10.0.0.0" };
    },
    [
      'network.cidr: must be an IPv4 network with its prefix length, got "10.0.0.0"; for example "10.40.0.0/16"',
    ],
  ],
  [
    "network: host bits",
    (d) => {
      d.network = { cidr: "10.0.1.0/16" };
    },
    [
      'network.cidr: must have no bits set after its prefix, got "10.0.1.0/16"; did you mean 10.0.0.0/16',
    ],
  ],
  [
    "network: octet too large",
    (d) => {
      d.network = { cidr: "10.0.256.0/24" };
    },
    [
      'network.cidr: must be an IPv4 network with its prefix length, got "10.0.256.0/24"; for example "10.40.0.0/16"',
    ],
  ],
  [
    "network: too small for the subnets",
    (d) => {
      d.network = { cidr: "10.0.0.0/24" };
    },
    [
      'network.cidr: must be a /16 to /21, so that the subnets of 6 zones fit and AWS allows it, got "10.0.0.0/24"; for example 10.40.0.0/16',
    ],
  ],
  [
    "network: larger than a VPC may be",
    (d) => {
      d.network = { cidr: "10.0.0.0/8" };
    },
    [
      'network.cidr: must be a /16 to /21, so that the subnets of 6 zones fit and AWS allows it, got "10.0.0.0/8"; for example 10.40.0.0/16',
    ],
  ],
  [
    "network: overlaps Kubernetes' services",
    (d) => {
      d.network = { cidr: "172.20.0.0/16" };
    },
    [
      'network.cidr: must not overlap 172.20.0.0/16, which Kubernetes\' services use, got "172.20.0.0/16"; take a range in 10.0.0.0/8',
    ],
  ],
  [
    "network: one zone",
    (d) => {
      d.network = { availabilityZones: ["us-east-1a"] };
    },
    [
      'network.availabilityZones: must have 2 to 6 zones, got ["us-east-1a"]; EKS and the load balancer need two',
    ],
  ],
  [
    "network: zone of another region",
    (d) => {
      d.network = { availabilityZones: ["us-east-1a", "us-west-2b"] };
    },
    [
      'network.availabilityZones[1]: must be a zone of region us-east-1, got "us-west-2b"; use us-east-1a or another of its zones',
    ],
  ],
  [
    "network: the same zone twice",
    (d) => {
      d.network = { availabilityZones: ["us-east-1a", "us-east-1a"] };
    },
    [
      'network.availabilityZones[1]: is the same zone as network.availabilityZones[0], got "us-east-1a"; give each its own',
    ],
  ],
  [
    "network: a local zone",
    (d) => {
      d.network = { availabilityZones: ["us-east-1a", "us-east-1-bos-1a"] };
    },
    [
      'network.availabilityZones[1]: must be an availability zone such as eu-central-1a, got "us-east-1-bos-1a"; for example "eu-central-1a"',
    ],
  ],
  [
    "network: NAT",
    (d) => {
      d.network = { nat: "none" };
    },
    ['network.nat: must be one of single, per-zone, got "none"; for example "single"'],
  ],
  [
    "network: log retention that CloudWatch does not offer",
    (d) => {
      d.network = { flowLogs: { enabled: true, retentionDays: 10 } };
    },
    [
      "network.flowLogs.retentionDays: must be a period that CloudWatch offers (1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653), got 10; for example 30",
    ],
  ],
  [
    "network: a word for yes",
    (d) => {
      d.network = { flowLogs: { enabled: "yes" } };
    },
    ['network.flowLogs.enabled: must be true or false, got "yes"; for example true'],
  ],
  [
    "domain: neither zone nor certificate",
    (d) => {
      delete d.domain.certificateArn;
    },
    [
      'domain: must have hostedZoneId, certificateArn or both, got {"name":"bazel.example.org"}; without a hosted zone, give an issued certificate',
    ],
  ],
  [
    "domain: a URL",
    (d) => {
      d.domain.name = "https://bazel.example.org";
    },
    [
      'domain.name: must be a lower-case DNS name with at least one dot, got "https://bazel.example.org"; for example "bazel.example.com"',
    ],
  ],
  [
    "domain: one word",
    (d) => {
      d.domain.name = "bazel";
    },
    [
      'domain.name: must be a lower-case DNS name with at least one dot, got "bazel"; for example "bazel.example.com"',
    ],
  ],
  [
    "domain: zone by name",
    (d) => {
      d.domain.hostedZoneId = "example.org";
    },
    [
      'domain.hostedZoneId: must be a Route 53 hosted zone id, got "example.org"; for example "Z0123456789ABCDEFGHIJ"',
    ],
  ],
  [
    "domain: certificate of another region",
    (d) => {
      d.domain.certificateArn = d.domain.certificateArn.replace("us-east-1", "eu-west-1");
    },
    [
      'domain.certificateArn: must be in region us-east-1, like its load balancer, got "arn:aws:acm:eu-west-1:111122223333:certificate/12345678-123…; request or import the certificate there',
    ],
  ],
  [
    "domain: an IAM certificate",
    (d) => {
      d.domain.certificateArn = "arn:aws:iam::111122223333:server-certificate/x";
    },
    [
      'domain.certificateArn: must be the ARN of an ACM certificate, got "arn:aws:iam::111122223333:server-certificate/x"; for example "arn:aws:acm:eu-central-1:111122223333:certificate/12345678-1234-1234-1234-123456789012"',
    ],
  ],
  [
    "access: no networks",
    (d) => {
      d.access.clientCidrs = [];
    },
    [
      'access.clientCidrs: must have at least one network, or nobody can build, got []; for example ["203.0.113.0/24"]',
    ],
  ],
  [
    "access: one network that is not in a list",
    (d) => {
      d.access.clientCidrs = "203.0.113.0/24";
    },
    ['access.clientCidrs: must be a list, got "203.0.113.0/24"; for example ["203.0.113.0/24"]'],
  ],
  [
    "access: no keys",
    (d) => {
      d.access.apiKeys = [];
    },
    [
      'access.apiKeys: must have at least one key, or nobody can build, got []; for example [{"name":"laptops"},{"name":"ci","generation":2}]',
    ],
  ],
  [
    "access: the same key name twice",
    (d) => {
      d.access.apiKeys = [{ name: "ci" }, { name: "ci" }];
    },
    [
      'access.apiKeys[1].name: is the same name as access.apiKeys[0].name, got "ci"; give each its own',
    ],
  ],
  [
    "access: a key's value",
    (d) => {
      d.access.apiKeys = [{ name: "ci", value: "0123456789" }];
    },
    [
      "access.apiKeys[0].value: is not a known key; the keys here are name, generation, previousValidUntil",
    ],
  ],
  [
    "access: generation 0",
    (d) => {
      d.access.apiKeys = [{ name: "ci", generation: 0 }];
    },
    ["access.apiKeys[0].generation: must be a whole number from 1 to 9999, got 0; for example 2"],
  ],
  [
    "access: generation with a fraction",
    (d) => {
      d.access.apiKeys = [{ name: "ci", generation: 1.5 }];
    },
    ["access.apiKeys[0].generation: must be a whole number from 1 to 9999, got 1.5; for example 2"],
  ],
  [
    "access: previous of generation 1",
    (d) => {
      d.access.apiKeys = [{ name: "ci", previousValidUntil: "2026-12-31" }];
    },
    [
      'access.apiKeys[0].previousValidUntil: makes no sense for generation 1, which has no previous one, got "2026-12-31"; raise generation to 2 to rotate, or remove this key',
    ],
  ],
  [
    "access: a day that does not exist",
    (d) => {
      d.access.apiKeys = [{ name: "ci", generation: 2, previousValidUntil: "2026-02-30" }];
    },
    [
      'access.apiKeys[0].previousValidUntil: must be a date in the form YYYY-MM-DD, got "2026-02-30"; for example "2026-12-31"',
    ],
  ],
  [
    "access: a date in another form",
    (d) => {
      d.access.apiKeys = [{ name: "ci", generation: 2, previousValidUntil: "31.12.2026" }];
    },
    [
      'access.apiKeys[0].previousValidUntil: must be a date in the form YYYY-MM-DD, got "31.12.2026"; for example "2026-12-31"',
    ],
  ],
  [
    "nixServer: ssh from the whole world",
    (d) => {
      d.nixServer.sshCidrs = ["0.0.0.0/0"];
    },
    [
      'nixServer.sshCidrs[0]: must not be open to the world; list the networks that you connect from, got "0.0.0.0/0"; for example "203.0.113.0/24"',
    ],
  ],
  [
    "nixServer: ssh from half the world",
    (d) => {
      d.nixServer.sshCidrs = ["128.0.0.0/1"];
    },
    [
      'nixServer.sshCidrs[0]: must not be open to the world; list the networks that you connect from, got "128.0.0.0/1"; for example "203.0.113.0/24"',
    ],
  ],
  [
    "nixServer: no ssh",
    (d) => {
      d.nixServer.sshCidrs = [];
    },
    [
      'nixServer.sshCidrs: must have at least one network, or nobody can reach the Nix server, got []; for example ["203.0.113.0/24"]',
    ],
  ],
  [
    "nixServer: no admins",
    (d) => {
      d.nixServer.admins = [];
    },
    [
      'nixServer.admins: must have at least one admin, or the server cannot be set up, got []; for example [{"name":"alice","publicKey":"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOdoSecH0Ku8Q3N4UCDrWpNS2jp6KCwHxOn3GKpIdeTI alice@laptop"}]',
    ],
  ],
  [
    "nixServer: clients missing",
    (d) => {
      delete d.nixServer.clients;
    },
    [
      'nixServer.clients: is missing; add it, for example clients: [{"name":"bob","publicKey":"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOdoSecH0Ku8Q3N4UCDrWpNS2jp6KCwHxOn3GKpIdeTI alice@laptop"}]',
    ],
  ],
  [
    "nixServer: a private key",
    (d) => {
      d.nixServer.clients[0].publicKey =
        "-----BEGIN OPENSSH PRIVATE KEY-----\nc2VjcmV0\n-----END OPENSSH PRIVATE KEY-----";
    },
    [
      'nixServer.clients[0].publicKey: is a private key, which must never be in this file; make a new key pair and give the .pub file\'s line, got a private key (not shown); for example "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOdoSecH0Ku8Q3N4UCDrWpNS2jp6KCwHxOn3GKpIdeTI alice@laptop"',
    ],
  ],
  [
    "nixServer: an unknown key type",
    (d) => {
      d.nixServer.clients[0].publicKey = "ssh-dss AAAA";
    },
    [
      'nixServer.clients[0].publicKey: must start with a key type (ssh-ed25519, sk-ssh-ed25519@openssh.com, ecdsa-sha2-nistp256, ecdsa-sha2-nistp384, ecdsa-sha2-nistp521, sk-ecdsa-sha2-nistp256@openssh.com, ssh-rsa), got "ssh-dss AAAA"; for example "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOdoSecH0Ku8Q3N4UCDrWpNS2jp6KCwHxOn3GKpIdeTI alice@laptop"',
    ],
  ],
  [
    "nixServer: a key cut short",
    (d) => {
      d.nixServer.clients[0].publicKey = d.nixServer.clients[0].publicKey.slice(0, 60);
    },
    [
      'nixServer.clients[0].publicKey: is cut short or damaged, got "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHLviq+eagzkqSaanGZkzoc…; for example "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOdoSecH0Ku8Q3N4UCDrWpNS2jp6KCwHxOn3GKpIdeTI alice@laptop"',
    ],
  ],
  [
    "nixServer: a key that is no base64",
    (d) => {
      d.nixServer.clients[0].publicKey = "ssh-ed25519 ***";
    },
    [
      'nixServer.clients[0].publicKey: must have the key in base64 after its type, got "ssh-ed25519 ***"; for example "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOdoSecH0Ku8Q3N4UCDrWpNS2jp6KCwHxOn3GKpIdeTI alice@laptop"',
    ],
  ],
  [
    "nixServer: type and key differ",
    (d) => {
      d.nixServer.clients[0].publicKey = d.nixServer.clients[0].publicKey.replace(
        "ssh-ed25519",
        "ssh-rsa",
      );
    },
    [
      'nixServer.clients[0].publicKey: says ssh-rsa but holds another type of key, got "ssh-rsa AAAAC3NzaC1lZDI1NTE5AAAAIHLviq+eagzkqSaanGZkzocvlgL…; for example "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOdoSecH0Ku8Q3N4UCDrWpNS2jp6KCwHxOn3GKpIdeTI alice@laptop"',
    ],
  ],
  [
    "nixServer: two keys in one",
    (d) => {
      d.nixServer.clients[0].publicKey = `${d.nixServer.clients[0].publicKey}\n${d.nixServer.admins[0].publicKey}`;
    },
    [
      'nixServer.clients[0].publicKey: must be a single line, got "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHLviq+eagzkqSaanGZkzoc…; for example "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOdoSecH0Ku8Q3N4UCDrWpNS2jp6KCwHxOn3GKpIdeTI alice@laptop"',
    ],
  ],
  [
    "nixServer: an admin's key as a client's",
    (d) => {
      d.nixServer.clients[0].publicKey = `${d.nixServer.admins[0].publicKey.split(" ").slice(0, 2).join(" ")} other`;
    },
    [
      'nixServer.clients[0].publicKey: is the same key as nixServer.admins[0].publicKey, got "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOdoSecH0Ku8Q3N4UCDrWpN…; give each its own',
    ],
  ],
  [
    "nixServer: two clients of one name",
    (d) => {
      d.nixServer.clients = [d.nixServer.clients[0], { ...d.nixServer.clients[0] }];
    },
    [
      'nixServer.clients[1].name: is the same name as nixServer.clients[0].name, got "bob"; give each its own',
      'nixServer.clients[1].publicKey: is the same key as nixServer.clients[0].publicKey, got "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHLviq+eagzkqSaanGZkzoc…; give each its own',
    ],
  ],
  [
    "nixServer: arm64 type for amd64",
    (d) => {
      d.nixServer.instanceType = "m7g.xlarge";
    },
    [
      'nixServer.instanceType: must be a type with amd64 processors, but m7g.xlarge has arm64, got "m7g.xlarge"; take another type or set nixServer.architecture: arm64',
    ],
  ],
  [
    "nixServer: amd64 type for arm64",
    (d) => {
      d.nixServer.architecture = "arm64";
      d.nixServer.instanceType = "g4dn.xlarge";
    },
    [
      'nixServer.instanceType: must be a type with arm64 processors, but g4dn.xlarge has amd64, got "g4dn.xlarge"; take another type or set nixServer.architecture: amd64',
    ],
  ],
  [
    "nixServer: no instance type",
    (d) => {
      d.nixServer.instanceType = "large";
    },
    ['nixServer.instanceType: must be an EC2 instance type, got "large"; for example "m7i.xlarge"'],
  ],
  [
    "nixServer: an unknown architecture",
    (d) => {
      d.nixServer.architecture = "x86_64";
    },
    ['nixServer.architecture: must be one of amd64, arm64, got "x86_64"; for example "amd64"'],
  ],
  [
    "nixServer: a small volume",
    (d) => {
      d.nixServer.volume = { sizeGiB: 5 };
    },
    ["nixServer.volume.sizeGiB: must be a whole number from 20 to 65536, got 5; for example 300"],
  ],
  [
    "nixServer: a size as text",
    (d) => {
      d.nixServer.volume = { sizeGiB: "300GiB" };
    },
    [
      'nixServer.volume.sizeGiB: must be a whole number from 20 to 65536, got "300GiB"; for example 300',
    ],
  ],
  [
    "nixServer: IOPS out of range",
    (d) => {
      d.nixServer.volume = { iops: 100000 };
    },
    [
      "nixServer.volume.iops: must be a whole number from 3000 to 80000, got 100000; for example 3000",
    ],
  ],
  [
    "nixServer: too many IOPS for the size",
    (d) => {
      d.nixServer.volume = { sizeGiB: 20, iops: 16000, throughputMiBps: 125 };
    },
    [
      "nixServer.volume.iops: must be at most 500 for each GiB, which is 10000, got 16000; lower it or raise nixServer.volume.sizeGiB",
    ],
  ],
  [
    "nixServer: throughput out of range",
    (d) => {
      d.nixServer.volume = { throughputMiBps: 100 };
    },
    [
      "nixServer.volume.throughputMiBps: must be a whole number from 125 to 2000, got 100; for example 250",
    ],
  ],
  [
    "nixServer: too much throughput for the IOPS",
    (d) => {
      d.nixServer.volume = { iops: 3000, throughputMiBps: 1000 };
    },
    [
      "nixServer.volume.throughputMiBps: must be at most a quarter of nixServer.volume.iops, which is 750, got 1000; lower it or raise the IOPS",
    ],
  ],
  [
    "nixServer: negative snapshots",
    (d) => {
      d.nixServer.snapshots = { keep: -1 };
    },
    ["nixServer.snapshots.keep: must be a whole number from 0 to 1000, got -1; for example 7"],
  ],
  [
    "nixServer: fill level over 100",
    (d) => {
      d.nixServer.garbageCollection = { aboveFillPercent: 120 };
    },
    [
      "nixServer.garbageCollection.aboveFillPercent: must be a whole number from 10 to 95, got 120; for example 80",
    ],
  ],
  [
    "cluster: a version as a number",
    (d) => {
      d.cluster.kubernetesVersion = 1.36;
    },
    ['cluster.kubernetesVersion: must be one of 1.35, 1.36, got 1.36; for example "1.36"'],
  ],
  [
    "cluster: an old version",
    (d) => {
      d.cluster.kubernetesVersion = "1.28";
    },
    ['cluster.kubernetesVersion: must be one of 1.35, 1.36, got "1.28"; for example "1.36"'],
  ],
  [
    "cluster: endpoint open to the world",
    (d) => {
      d.cluster.endpointCidrs = ["0.0.0.0/0"];
    },
    [
      'cluster.endpointCidrs[0]: must not be open to the world; list the networks that you connect from, got "0.0.0.0/0"; for example "203.0.113.0/24"',
    ],
  ],
  [
    "cluster: no admins",
    (d) => {
      d.cluster.adminRoleArns = [];
    },
    [
      'cluster.adminRoleArns: must have at least one role, or nobody can administer the cluster, got []; for example ["arn:aws:iam::111122223333:role/deployer"]',
    ],
  ],
  [
    "cluster: a session instead of a role",
    (d) => {
      d.cluster.adminRoleArns = ["arn:aws:sts::111122223333:assumed-role/deployer/me"];
    },
    [
      'cluster.adminRoleArns[0]: must be the ARN of an IAM role, got "arn:aws:sts::111122223333:assumed-role/deployer/me"; for example "arn:aws:iam::111122223333:role/deployer"',
    ],
  ],
  [
    "cluster: the same role twice",
    (d) => {
      d.cluster.adminRoleArns = [d.cluster.adminRoleArns[0], d.cluster.adminRoleArns[0]];
    },
    [
      'cluster.adminRoleArns[1]: is the same role as cluster.adminRoleArns[0], got "arn:aws:iam::111122223333:role/deployer"; give each its own',
    ],
  ],
  [
    "cluster: max below min",
    (d) => {
      d.cluster.systemNodes = { min: 3, max: 2 };
    },
    ["cluster.systemNodes.max: must not be less than min, which is 3, got 2; raise it"],
  ],
  [
    "cluster: not a mapping",
    (d) => {
      d.cluster = "1.36";
    },
    [
      'cluster: must be a mapping of keys to values, got "1.36"; for example {"endpointCidrs":["203.0.113.0/24"],"adminRoleArns":["arn:aws:iam::111122223333:role/deployer"]}',
    ],
  ],
  [
    "buildbarn: no pools",
    (d) => {
      d.buildbarn = { pools: [] };
    },
    [
      'buildbarn.pools: must have at least one pool, or nothing can be built, got []; for example [{"name":"linux-amd64","instanceTypes":["c7i.2xlarge"],"nodes":{"max":8}}]',
    ],
  ],
  [
    "buildbarn: pools of one name",
    (d) => {
      d.buildbarn = { pools: [{ name: "a" }, { name: "a", platform: { gpu: "yes" } }] };
    },
    [
      'buildbarn.pools[1].name: is the same name as buildbarn.pools[0].name, got "a"; give each its own',
    ],
  ],
  [
    "buildbarn: a pool with the name of what all pools share",
    (d) => {
      d.buildbarn = { pools: [{ name: "nixbarn" }] };
    },
    [
      'buildbarn.pools[0].name: is what the client bundle calls the settings that all pools share, got "nixbarn"; take another name, as linux-amd64',
    ],
  ],
  [
    "buildbarn: pools of one platform",
    (d) => {
      d.buildbarn = { pools: [{ name: "a" }, { name: "b" }] };
    },
    [
      "buildbarn.pools[1].platform: is the same platform (architecture and properties) as buildbarn.pools[0].platform, got {}; give each its own",
    ],
  ],
  [
    "buildbarn: a property that nixbarn sets",
    (d) => {
      d.buildbarn = { pools: [{ name: "a", platform: { ISA: "mips" } }] };
    },
    [
      'buildbarn.pools[0].platform.ISA: is set by nixbarn from the pool itself, got "mips"; remove it',
    ],
  ],
  [
    "buildbarn: a platform value that is a number",
    (d) => {
      d.buildbarn = { pools: [{ name: "a", platform: { cores: 8 } }] };
    },
    [
      "buildbarn.pools[0].platform.cores: must be text; put quotes around it if it looks like a number or a date, got 8",
    ],
  ],
  [
    "buildbarn: an image without a tag",
    (d) => {
      d.buildbarn = { pools: [{ name: "a", runnerImage: "ubuntu" }] };
    },
    [
      'buildbarn.pools[0].runnerImage: must be a container image with an exact tag or a digest, got "ubuntu"; for example "registry.example.com/my-org/builder:2026-11-01"',
    ],
  ],
  [
    "buildbarn: an image that moves",
    (d) => {
      d.buildbarn = { pools: [{ name: "a", runnerImage: "ghcr.io/a/b:latest" }] };
    },
    [
      'buildbarn.pools[0].runnerImage: must be a container image with an exact tag or a digest, got "ghcr.io/a/b:latest"; for example "registry.example.com/my-org/builder:2026-11-01"',
    ],
  ],
  [
    "buildbarn: an image with a short digest",
    (d) => {
      d.buildbarn = { pools: [{ name: "a", runnerImage: "ghcr.io/a/b@sha256:1234" }] };
    },
    [
      'buildbarn.pools[0].runnerImage: must be a container image with an exact tag or a digest, got "ghcr.io/a/b@sha256:1234"; for example "registry.example.com/my-org/builder:2026-11-01"',
    ],
  ],
  [
    "buildbarn: one instance type of another architecture",
    (d) => {
      d.buildbarn = { pools: [{ name: "a", instanceTypes: ["c7i.large", "c7g.large"] }] };
    },
    [
      'buildbarn.pools[0].instanceTypes[1]: must be a type with amd64 processors, but c7g.large has arm64, got "c7g.large"; take another type or set buildbarn.pools[0].architecture: arm64',
    ],
  ],
  [
    "buildbarn: more min than max nodes",
    (d) => {
      d.buildbarn = { pools: [{ name: "a", nodes: { min: 5, max: 4 } }] };
    },
    ["buildbarn.pools[0].nodes.max: must not be less than min, which is 5, got 4; raise it"],
  ],
  [
    "buildbarn: a default timeout above the maximum",
    (d) => {
      d.buildbarn = { pools: [{ name: "a", actionTimeoutSec: { default: 7200 } }] };
    },
    [
      "buildbarn.pools[0].actionTimeoutSec.max: must not be less than default, which is 7200, got 3600; raise it",
    ],
  ],
  [
    "buildbarn: no concurrency",
    (d) => {
      d.buildbarn = { pools: [{ name: "a", concurrency: 0 }] };
    },
    ["buildbarn.pools[0].concurrency: must be a whole number from 1 to 512, got 0; for example 8"],
  ],
  [
    "buildbarn: too many shards",
    (d) => {
      d.buildbarn = { storage: { sizeGiB: 20, shards: 8 } };
    },
    [
      "buildbarn.storage.shards: must leave at least 5 GiB for each shard of 20 GiB, got 8; use fewer shards or a larger sizeGiB",
    ],
  ],
  [
    "many faults at once, and what relates the sound keys",
    (d) => {
      d.name = "A";
      d.colour = 1;
      d.network = { cidr: "10.0.0.1/24", availabilityZones: ["us-west-1a", "x"] };
      d.access = { clientCidrs: "x" };
      d.nixServer.sshCidrs = ["0.0.0.0/0"];
      d.nixServer.volume = { iops: 20000, sizeGiB: 30 };
      d.cluster = 3;
      d.buildbarn = { pools: [{ name: "a" }, { name: "a", runnerImage: "x:latest" }] };
    },
    [
      'name: must be lower-case letters, digits and single hyphens, starting with a letter, 1 to 16 characters, got "A"; for example "example"',
      'network.cidr: must have no bits set after its prefix, got "10.0.0.1/24"; did you mean 10.0.0.0/24',
      'network.availabilityZones[1]: must be an availability zone such as eu-central-1a, got "x"; for example "eu-central-1a"',
      'access.clientCidrs: must be a list, got "x"; for example ["203.0.113.0/24"]',
      'nixServer.sshCidrs[0]: must not be open to the world; list the networks that you connect from, got "0.0.0.0/0"; for example "203.0.113.0/24"',
      'cluster: must be a mapping of keys to values, got 3; for example {"endpointCidrs":["203.0.113.0/24"],"adminRoleArns":["arn:aws:iam::111122223333:role/deployer"]}',
      'buildbarn.pools[1].runnerImage: must be a container image with an exact tag or a digest, got "x:latest"; for example "registry.example.com/my-org/builder:2026-11-01"',
      "colour: is not a known key; the keys here are name, region, tags, state, network, domain, access, nixServer, cluster, buildbarn",
      'network.availabilityZones[0]: must be a zone of region us-east-1, got "us-west-1a"; use us-east-1a or another of its zones',
      "nixServer.volume.iops: must be at most 500 for each GiB, which is 15000, got 20000; lower it or raise nixServer.volume.sizeGiB",
      'buildbarn.pools[1].name: is the same name as buildbarn.pools[0].name, got "a"; give each its own',
      "buildbarn.pools[1].platform: is the same platform (architecture and properties) as buildbarn.pools[0].platform, got {}; give each its own",
    ],
  ],
];

const faultsOf = (raw: unknown): string[] => {
  const result = parseEnvironment(raw);
  return result.ok ? [] : result.faults.map((fault) => fault.text);
};

describe("every fault of a file is told, in its own words", () => {
  test("the unedited file has none", () => {
    expect(faultsOf(parse(minimalText))).toEqual([]);
  });

  test.each(CASES)("%s", (_, edit, expected) => {
    const draft: Draft = parse(minimalText);
    edit(draft);
    expect(faultsOf(draft)).toEqual(expected);
  });

  test("no message shows a private key, whatever key it stands under", () => {
    const secret = "-----BEGIN OPENSSH PRIVATE KEY----- c2VjcmV0";
    for (const path of ["name", "region", "cluster", "tags"]) {
      const faults = faultsOf({ ...parse(minimalText), [path]: secret });
      expect(faults).not.toEqual([]);
      expect(faults.join()).not.toContain("c2VjcmV0");
    }
  });
});

describe("YAML", () => {
  test.each([
    ["a tab", "name: a\n\tregion: b", /^line 2, column 1: .*; correct the YAML$/],
    [
      "a key twice",
      "name: a\nname: b",
      /^line 2, column 1: Map keys must be unique; correct the YAML$/,
    ],
    [
      "a list instead of a mapping",
      "- a",
      /^the file: must be a mapping of keys to values, got \["a"\]$/,
    ],
    ["nothing at all", "", /^the file: must be a mapping of keys to values, got null$/],
  ])("%s", (_, text, message) => {
    const result = parseEnvironmentText(text);
    expect(result.ok).toBe(false);
    expect(result.ok ? "" : result.faults[0]?.text).toMatch(message);
  });
});

describe("loading by name", () => {
  const withFolder = (files: Record<string, string>, run: (folder: string) => void) => {
    const folder = mkdtempSync(join(tmpdir(), "nixbarn-environments-"));
    try {
      for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
      run(folder);
    } finally {
      rmSync(folder, { recursive: true });
    }
  };

  test("an unknown name lists those that exist", () => {
    expect(() => loadEnvironment(ENVIRONMENTS_FOLDER, "nope")).toThrow(
      'there is no environment "nope"; ENVIRONMENT can be example, minimal. To make one, copy environments/example.yaml to environments/<name>.yaml',
    );
  });

  test("a name cannot leave the folder", () => {
    expect(() => loadEnvironment(ENVIRONMENTS_FOLDER, "../package")).toThrow(
      "there is no environment",
    );
  });

  test("the name must be the file's, or two files would deploy over each other", () => {
    withFolder({ "prod.yaml": minimalText }, (folder) => {
      expect(() => loadEnvironment(folder, "prod")).toThrow(
        'environments/prod.yaml has 1 fault; nothing was written:\n  name: must be the file\'s own name, got "minimal"; write name: prod',
      );
    });
  });

  test("a broken file is told as a whole", () => {
    withFolder(
      {
        "prod.yaml": minimalText
          .replace("us-east-1\n", "us-est-1\n")
          .replace("clientCidrs: [203.0.113.0/24]", "clientCidrs: []"),
      },
      (folder) => {
        expect(() => loadEnvironment(folder, "prod")).toThrow(
          [
            "environments/prod.yaml has 2 faults; nothing was written:",
            '  region: must be an AWS region with EKS, got "us-est-1"; for example "eu-central-1"',
            '  access.clientCidrs: must have at least one network, or nobody can build, got []; for example ["203.0.113.0/24"]',
          ].join("\n"),
        );
      },
    );
  });

  test("an environment is frozen to its leaves", () => {
    const environment = loadEnvironment(ENVIRONMENTS_FOLDER, "example");
    const unfrozen: string[] = [];
    const walk = (value: unknown, path: string): void => {
      if (typeof value !== "object" || value === null) return;
      if (!Object.isFrozen(value)) unfrozen.push(path);
      for (const [key, inner] of Object.entries(value)) walk(inner, `${path}.${key}`);
    };
    walk(environment, "environment");
    expect(unfrozen).toEqual([]);
  });
});
