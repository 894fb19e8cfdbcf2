import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, expect, test } from "vitest";
import { CANARY } from "../../../config/canary.ts";
import { poolConstraints } from "../../../config/platform.ts";
import type { Finding } from "../../../doctor/check.ts";
import { examine } from "../../../doctor/doctor.ts";
import { renderFinding } from "../../../doctor/report.ts";
import { expressionOf, rulesOf } from "../../support/alb-rules.ts";
import { certificateFor } from "../../support/certificates.ts";
import { fakeNixDaemon } from "../../support/fake-nix-daemon.ts";
import { type SshServer, sshKeyPair, startSshServer } from "../../support/ssh-server.ts";
import { example, synthesize } from "../../support/synth.ts";
import { freePort } from "../support/machine.ts";
import { Cluster } from "./cluster.ts";
import { ours } from "./configurations.ts";

const NAME = "bazel.example.com";
const environment = example();
const cluster = new Cluster(ours(environment));
const certificate = certificateFor(NAME, 90);
const person = sshKeyPair();
const folder = join(cluster.folder, "proxy");
let server: SshServer;
let port: number;
let stopProxy = (): void => {};

/** 64 hex digits for each generation, as Terraform would draw them. */
const keyOf = (reference: string): string =>
  createHash("sha256")
    .update(/api-key-(\w+-\d+)_key/.exec(reference)?.[1] ?? "none")
    .digest("hex");

/** The synthesized listener rules in nginx's words, in front of the frontend. */
const configuration = async (): Promise<string> => {
  const ingress = synthesize(environment)["ingress"];
  if (ingress === undefined) throw new Error("no ingress stack");
  const admitted = rulesOf(ingress).flatMap(({ condition }) =>
    condition.flatMap(({ http_header: { http_header_name, values } }) => {
      expect(http_header_name).toBe("x-api-key");
      return values.map((value) => `"~*${expressionOf(keyOf(value))}" 1;`);
    }),
  );
  return `daemon off; pid ${folder}/pid; error_log ${folder}/error.log; worker_processes 1;
events {}
http {
  access_log off;
  map $http_x_api_key $admitted { default 0; ${admitted.join(" ")} }
  server {
    listen 127.0.0.1:${port} ssl http2;
    ssl_certificate ${folder}/cert; ssl_certificate_key ${folder}/key;
    client_max_body_size 0;
    location / {
      if ($admitted = 0) { return 401; }
      grpc_pass grpc://${await cluster.frontendAddress()};
      grpc_read_timeout 3600s;
    }
  }
}`;
};

beforeAll(async () => {
  await cluster.start();
  const pools = environment.buildbarn.pools.map(({ name }) => name);
  for (const pool of pools) await cluster.startWorker(pool, `worker-${pool}`);

  mkdirSync(folder);
  port = await freePort();
  writeFileSync(join(folder, "cert"), certificate.cert);
  writeFileSync(join(folder, "key"), certificate.key, { mode: 0o600 });
  writeFileSync(join(folder, "nginx.conf"), await configuration());
  const options = ["-c", join(folder, "nginx.conf"), "-e", join(folder, "error.log")];
  const proxy = execa("nginx", options, { reject: false });
  stopProxy = () => {
    proxy.kill();
  };

  // Its builds appear in the folder that the workers see as /nix/store.
  const daemon = fakeNixDaemon({
    paths: new Set([CANARY.storePath]),
    onBuild: (text) => {
      const [, path = ""] = /\("out","([^"]+)"/.exec(text) ?? [];
      const [, content = ""] = /\("content","([^"]+)"/.exec(text) ?? [];
      cluster.putInStore(path, content);
      return undefined;
    },
  });
  server = await startSshServer({
    admits: person.public,
    user: "nix",
    answer: () => ({ code: 126, stderr: "nixbarn: this login admits only the Nix commands\n" }),
    talk: (command) => (command === "nix-daemon --stdio" ? daemon : undefined),
  });
  writeFileSync(join(folder, "known_hosts"), `192.0.2.7 ${server.hostPublicKey}\n`);
});
afterAll(async () => {
  stopProxy();
  await server?.close();
  cluster.stop();
});

const run = (apiKey: string): Promise<readonly Finding[]> =>
  examine(
    {
      endpoint: {
        target: {
          name: NAME,
          port: 443,
          connectTo: { host: "127.0.0.1", port },
          ca: certificate.cert,
        },
        keyName: "laptops",
        readKey: async () => apiKey,
      },
      server: {
        target: {
          pinnedAs: { host: "192.0.2.7", port: 22 },
          at: { host: "127.0.0.1", port: server.port },
          knownHostsFile: join(folder, "known_hosts"),
          clientKey: person.private,
        },
        admin: { user: "admin", privateKey: person.private },
        architecture: "amd64",
        rootsOlderThanDays: 30,
      },
      pools: environment.buildbarn.pools.map((pool) => ({
        name: pool.name,
        execProperties: { ...cluster.pool(pool.name).execProperties },
        constraintValues: [...poolConstraints(pool)],
      })),
      poolLimitSec: 15,
    },
    { doing: () => {}, done: () => {}, found: () => {} },
  );

test("the doctor finds all well, through TLS and the listener's rules down to executed actions", async () => {
  const findings = await run(keyOf("api-key-laptops-1_key"));
  console.log(findings.map(renderFinding).join("\n"));
  expect(findings.filter(({ kind }) => kind === "failed")).toEqual([]);
  expect(findings.filter(({ kind }) => kind === "ok").map(({ check }) => check)).toEqual([
    ...["name", "certificate", "API key", "no key", "wrong key", "near misses", "the key"],
    ...["CAS", "action cache", "ssh", "gate", "store", "pool linux-amd64", "pool linux-arm64"],
  ]);
});

test("a key that was never live is refused", async () => {
  const findings = await run(keyOf("api-key-laptops-9_key"));
  expect(findings.find(({ check }) => check === "the key")?.text).toBe("the key is refused");
});

test("a pool whose worker is gone is named, while the others are well", async () => {
  cluster.process("worker-linux-arm64").kill();
  const findings = await run(keyOf("api-key-ci-2_key"));
  const verdict = (pool: string) => findings.find(({ check }) => check === `pool ${pool}`)?.kind;
  expect([verdict("linux-amd64"), verdict("linux-arm64")]).toEqual(["ok", "failed"]);
});
