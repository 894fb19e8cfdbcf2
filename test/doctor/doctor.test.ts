import { status } from "@grpc/grpc-js";
import { describe, expect, test } from "vitest";
import type { Finding } from "../../doctor/check.ts";
import { renderFinding } from "../../doctor/report.ts";
import { certificateFor } from "../support/certificates.ts";
import {
  API_KEY,
  ENDPOINT,
  examineWorld,
  type Faults,
  strangersKey,
} from "../support/doctor-world.ts";
import { Refusal } from "../support/fake-reapi.ts";

/** Seconds and ports differ from run to run. */
const steady = (text: string): string =>
  text
    .replaceAll(/127\.0\.0\.1:\d+/g, "127.0.0.1:PORT")
    .replaceAll(/SHA256:\S+/g, "SHA256:…")
    .replaceAll(/\d+(\.\d+)? (ms|s)\b/g, "N $2")
    .replaceAll(/pinned in \S+known_hosts/g, "pinned in known_hosts");
const lines = (findings: readonly Finding[]): string[] =>
  findings.map((finding) => steady(renderFinding(finding)));

test("a deployment that is well: a line for each check, none failed", async () => {
  expect(lines(await examineWorld({ admin: true }))).toEqual([
    "ok      name: not looked up: connecting to 127.0.0.1:PORT, as asked",
    "ok      certificate: of bazel.example.com, good for 90 days, with HTTP/2",
    "ok      API key: laptops was read",
    "ok      no key: no key is refused",
    "ok      wrong key: a made-up key is refused",
    "ok      near misses: 6 keys like the right one are refused",
    "ok      the key: the key is let in, and execution is on",
    "ok      CAS: 64 blobs stored and read in N ms",
    "ok      action cache: clients cannot write it, only workers do",
    "ok      ssh: nix@127.0.0.1:PORT is let in, and shows the pinned host key",
    "ok      gate: the client login opens no shell",
    "ok      store: Nix 2.26.3 answers, and has the workers' canary path",
    "ok      free space and roots: 40.0 GiB free of 100.0; 1 roots of clients, the oldest refreshed 1 days ago",
    "ok      pool linux-amd64: reads what was just built within N s (0 tries too early); a lookup over NFS takes N ms; its result is in the action cache",
    "ok      pool linux-arm64: reads what was just built within N s (0 tries too early); a lookup over NFS takes N ms; its result is in the action cache",
  ]);
});

const GIB = 1024 ** 3;
const refused = (code: status, details: string) => new Refusal(code, details);

/** What is wrong, the check that must find it, its words, and the start of its remedy. */
const FAULTS: readonly (readonly [string, Faults, string, string | RegExp, string])[] = [
  [
    "a certificate that has ended",
    { certificate: certificateFor(ENDPOINT, -3) },
    "certificate",
    "bazel.example.com:443: certificate has expired",
    "see in ACM why it was not renewed",
  ],
  [
    "a certificate that is not renewed",
    { certificate: certificateFor(ENDPOINT, 12) },
    "certificate",
    "the certificate ends in 12 days",
    "ACM renews 60 days ahead",
  ],
  [
    "a certificate of another name",
    { certificate: certificateFor("other.example.com", 90) },
    "certificate",
    /^bazel\.example\.com:443: Hostname\/IP does not match certificate's altnames/,
    "give domain.certificateArn a certificate for this name",
  ],
  [
    "no key is needed",
    { admits: () => true },
    "no key",
    "no key is let in",
    "anyone may execute: deploy again",
  ],
  [
    "any key will do",
    { admits: (key) => key !== undefined },
    "wrong key",
    "a made-up key is let in",
    "anyone may execute: deploy again",
  ],
  [
    "a rule that compares the key's start",
    { admits: (key) => key?.startsWith(API_KEY.slice(0, 60)) ?? false },
    "near misses",
    "not refused: its last digit another: let in; its last digit missing: let in; a digit more: let in",
    "anyone may execute: deploy again",
  ],
  [
    "no target behind the load balancer",
    { admits: () => false, refusal: () => refused(status.UNAVAILABLE, "HTTP 503") },
    "no key",
    "no key is not refused but answered with UNAVAILABLE: HTTP 503",
    "see the load balancer's access log and target group",
  ],
  [
    "a key that was rotated",
    { admits: () => false },
    "the key",
    "the key is refused",
    "its generation may have ended (npm run keys)",
  ],
  [
    "a frontend that cannot reach the scheduler",
    { reapi: { executionEnabled: false } },
    "the key",
    "the key is let in, but the server does not offer execution",
    "see the frontend's log",
  ],
  [
    "a CAS that changes what it holds",
    { reapi: { corrupt: (blob) => (blob.length === 1024 ? Buffer.from("x") : blob) } },
    "CAS",
    "64 of 64 blobs came back changed",
    "see the storage pods and their logs",
  ],
  [
    "a CAS that loses what it is given",
    { reapi: { loses: (blob) => blob.length === 1024 } },
    "CAS",
    "64 of 64 blobs are not there after upload",
    "see the storage pods and their logs",
  ],
  [
    "clients who write the action cache",
    { reapi: { clientsWriteActionCache: true } },
    "action cache",
    "clients can write it, so one of them can give false results to all",
    "the frontend's authorizers are not nixbarn's",
  ],
  [
    "another host key",
    { knownHosts: () => "192.0.2.7 ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAA\n" },
    "ssh",
    "127.0.0.1: its host key is SHA256:… not the one that is pinned",
    "if the server is right, pin its key: npm run nix-server -- plan",
  ],
  [
    "no host key known yet",
    { knownHosts: () => "" },
    "ssh",
    "127.0.0.1: its host key is SHA256:… none is pinned in known_hosts",
    "if the server is right, pin its key: npm run nix-server -- plan",
  ],
  [
    "a person whom the server does not know",
    { clientKey: strangersKey },
    "ssh",
    "nix@127.0.0.1:PORT: none of your keys is accepted",
    "give your key with --identity-file",
  ],
  [
    "a server that is down",
    { sshDown: true },
    "ssh",
    "127.0.0.1:PORT cannot be reached",
    "see that the instance runs",
  ],
  [
    "a login without its forced command",
    { shell: true },
    "gate",
    "the client login opens a shell",
    "the forced command is not in force",
  ],
  [
    "a daemon that trusts clients",
    { daemon: { trusted: true } },
    "store",
    "the daemon trusts the client login, which could then change any path",
    "npm run nix-server -- apply",
  ],
  [
    "a store without the canary",
    { store: [] },
    "store",
    /^\/nix\/store\/\S+-nixbarn-canary, which workers look for, is not there$/,
    "see what is wrong on the server",
  ],
  [
    "no Nix daemon",
    { daemonDown: true },
    "store",
    "the connection ended",
    "see what is wrong on the server",
  ],
  [
    "a store that is nearly full",
    { admin: true, freeBytes: 9 * GIB },
    "free space and roots",
    "9.0 GiB free of 100.0: 9 %",
    "raise nixServer.volume.sizeGiB and deploy",
  ],
  [
    "roots that nobody collects",
    { admin: true, rootsDaysOld: [1, 40] },
    "free space and roots",
    "2 roots of clients, the oldest refreshed 40 days ago, though they are to go after 30",
    "garbage collection does not run",
  ],
  [
    "a build that fails",
    { daemon: { onBuild: () => "\u001b[31mno space left\u001b[0m on device" } },
    "pool linux-amd64",
    "the Nix daemon refuses: no space left on device",
    "put that right",
  ],
  [
    "workers that do not see what is built",
    { seen: () => undefined },
    "pool linux-amd64",
    "a path built on the Nix server does not show on the worker",
    "see the pool's pods and nodes",
  ],
  [
    "workers that see another store",
    { seen: () => "something else" },
    "pool linux-amd64",
    "the path on the worker is not the one on the Nix server (exit code 0)",
    "see the pool's pods and nodes",
  ],
  [
    "a scheduler that does not know the pool",
    { execution: refused(status.FAILED_PRECONDITION, "No workers exist for platform") },
    "pool linux-amd64",
    "the scheduler takes no action for it (FAILED_PRECONDITION: No workers exist for platform)",
    "its properties are not those that the scheduler knows",
  ],
  [
    "a worker that breaks",
    { execution: refused(status.INTERNAL, "runner gone") },
    "pool linux-amd64",
    "no action was executed (INTERNAL: runner gone)",
    "see the pool's pods and nodes",
  ],
  [
    "actions that come to nothing",
    { exitCode: 7 },
    "pool linux-amd64",
    "a first action ended with exit code 7",
    "see the pool's pods and nodes",
  ],
  [
    "an action cache that forgets",
    { reapi: { forgetsResults: true } },
    "pool linux-amd64",
    "the action cache does not hold what the action came to",
    "see the worker's log and the storage pods",
  ],
];

/** All findings of the faults, as the doctor tells them. */
const told: string[] = [];

describe("each fault is found by the check that knows it, with a remedy", () => {
  test.each(FAULTS)("%s", async (_, faults, check, text, remedy) => {
    const findings = await examineWorld(faults);
    told.push(JSON.stringify(findings));
    const found = findings.find((finding) => finding.check === check);
    if (found?.kind !== "failed") throw new Error(`not found; ${lines(findings).join("\n")}`);
    if (typeof text === "string") expect(steady(found.text)).toBe(text);
    else expect(found.text).toMatch(text);
    expect(found.remedy.slice(0, remedy.length)).toBe(remedy);
  });

  test("a key that cannot be read: that is said, and what needs it is skipped", async () => {
    const findings = await examineWorld({ keyUnreadable: "no rights" });
    expect(lines(findings).filter((line) => !line.startsWith("ok"))).toEqual([
      "FAILED  API key: no rights\n        remedy: put that right, then run the doctor again",
      "skipped near misses: needs: API key",
      "skipped the key: needs: API key",
      "skipped CAS: needs: the key",
      "skipped action cache: needs: the key",
      "skipped free space and roots: only an admin can see it: give --admin-key, or load the key of admin into the ssh agent",
      "skipped pool linux-amd64: needs: the key",
      "skipped pool linux-arm64: needs: the key",
    ]);
  });
});

describe("the key never shows", () => {
  test("in any finding of any fault", () => {
    expect(told.length).toBe(FAULTS.length);
    expect(told.filter((findings) => findings.includes(API_KEY))).toEqual([]);
  });

  test("planted: a load balancer that repeats whatever key it gets", async () => {
    const findings = await examineWorld({
      admits: () => false,
      refusal: (key) => refused(status.UNAVAILABLE, `unknown key ${key}`),
    });
    expect(lines(findings)[3]).toContain("UNAVAILABLE: unknown key undefined");
    expect(lines(findings)[6]).toContain("UNAVAILABLE: unknown key (hidden)");
    expect(JSON.stringify(findings)).not.toContain(API_KEY.slice(1, -1));
  });
});
