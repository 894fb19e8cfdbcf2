import { spawn } from "node:child_process";
import { join } from "node:path";
import { status } from "@grpc/grpc-js";
import { afterAll, describe, expect, test } from "vitest";
import { certificateFor } from "../support/certificates.ts";
import { API_KEY, ENDPOINT } from "../support/doctor-world.ts";
import { Refusal, startFakeReapi } from "../support/fake-reapi.ts";
import { filesIn } from "../support/ssh-server.ts";

const root = join(import.meta.dirname, "../..");
const certificate = certificateFor(ENDPOINT, 90);
const outputs = {
  "example-nix-server": {
    instanceId: "i-1",
    privateAddress: "10.0.0.9",
    sshAddress: "192.0.2.7",
    volumeId: "vol-1",
    nfsClientSecurityGroupId: "sg-1",
  },
  "example-ingress": {
    endpoint: ENDPOINT,
    loadBalancerDnsName: "lb.example.com",
    targetGroupArn: "arn:1",
    apiKeySecretNames: [],
  },
  "example-buildbarn": { pools: [] },
};
const { folder, remove } = filesIn({
  ca: certificate.cert,
  "outputs.json": JSON.stringify(outputs),
});
afterAll(remove);

/** `npm run doctor -- …` with the API key in its environment. */
const doctor = (...options: string[]) =>
  new Promise<{ status: number | null; stdout: string; stderr: string }>((resolve) => {
    const child = spawn(
      process.execPath,
      ["--import", "tsx", "doctor/cli.ts", "--only", "endpoint", ...options],
      { cwd: root, env: { ...process.env, NIXBARN_API_KEY: API_KEY } },
    );
    const output = { stdout: "", stderr: "" };
    child.stdout.on("data", (chunk) => {
      output.stdout += chunk;
    });
    child.stderr.on("data", (chunk) => {
      output.stderr += chunk;
    });
    child.on("close", (code) => resolve({ status: code, ...output }));
  });

describe("npm run doctor", () => {
  test("one that finds a fault: exit code 1; as text and as JSON; the key in neither", async () => {
    const server = await startFakeReapi({
      tls: certificate,
      executionEnabled: false,
      admit: (headers) =>
        headers["x-api-key"] === API_KEY ? undefined : new Refusal(status.UNAUTHENTICATED, "no"),
    });
    const options = [
      ...["--outputs", join(folder, "outputs.json"), "--ca", join(folder, "ca")],
      ...["--connect-to", server.address],
    ];
    const [text, json] = await Promise.all([doctor(...options), doctor(...options, "--json")]);
    server.close();
    expect(text.stdout).toContain("FAILED  the key: the key is let in, but the server does not");
    expect(text.stdout).toMatch(/6 ok, 1 failed, 2 skipped\n$/);
    expect([text.status, text.stderr]).toEqual([1, ""]);
    const findings: { check: string; kind: string }[] = JSON.parse(json.stdout);
    expect(findings.map(({ check, kind }) => `${check}: ${kind}`)).toEqual([
      ...["name: ok", "certificate: ok", "API key: ok", "no key: ok", "wrong key: ok"],
      ...["near misses: ok", "the key: failed", "CAS: skipped", "action cache: skipped"],
    ]);
    expect(json.status).toBe(1);
    expect(text.stdout + json.stdout).not.toContain(API_KEY);
  });

  test("without outputs: how to get them", async () => {
    const { status: code, stderr } = await doctor("--outputs", join(folder, "none.json"));
    expect(stderr).toContain("none.json cannot be read; deploy the stacks, then: ");
    expect(stderr).not.toContain("    at ");
    expect(code).toBe(1);
  });

  test("a key that the environment does not have", async () => {
    const file = join(folder, "outputs.json");
    const { status: code, stderr } = await doctor("--outputs", file, "--key", "nope");
    expect(stderr).toContain('has no API key "nope"; it has laptops, ci');
    expect(code).toBe(1);
  });
});
