import type { DesiredServer } from "../desired.ts";
import type { Facts } from "../facts/facts.ts";
import {
  clientAndAdminFiles,
  collectorFiles,
  type ManagedFile,
  nfsFiles,
  nixFiles,
  SSHD_CONFIG,
  sshdFiles,
} from "../managed-files.ts";
import { type Change, change, noOp, type Operation, type Outcome } from "../outcome.ts";
import { decideFiles } from "./files.ts";

const reload = { argv: ["systemctl", "daemon-reload"] };

/** Files, then the unit: one that runs since before its files changed is started anew. */
const decideService = (
  unit: string,
  wanted: readonly ManagedFile[],
  facts: Facts,
  restart: Change["commands"],
): Outcome => {
  const files = decideFiles(wanted, facts.files, [reload, ...restart]);
  if (files.kind !== "no-op") return files;
  const now = facts.units.get(unit);
  if (now?.activeState !== "active" || now.unitFileState !== "enabled") {
    const state = `${unit} is ${now?.activeState ?? "missing"} and ${now?.unitFileState || "not enabled"}`;
    return change(state, "active and enabled", [
      reload,
      { argv: ["systemctl", "enable", unit] },
      ...restart,
    ]);
  }
  const newest = Math.max(...wanted.map(({ path }) => facts.files.get(path)?.changedAtSec ?? 0));
  return newest > now.activeSinceSec
    ? change(`${unit} runs with its old configuration`, "restarted", [reload, ...restart])
    : noOp(`${unit} runs with its present configuration`);
};

/** Who may log in, and the forced command: read anew at each login. */
export const loginFiles: Operation = {
  name: "ssh logins",
  decide: (desired, { files }) => decideFiles(clientAndAdminFiles(desired), files),
};

/** A configuration that sshd does not accept is taken away again and never loaded. */
const TESTED_RESTART = `if ! sshd -t; then rm -f "$1"; exit 1; fi
systemctl restart ssh.service`;

export const sshd: Operation = {
  name: "sshd",
  decide: (desired, facts) =>
    decideService("ssh.service", sshdFiles(desired), facts, [
      { argv: ["sh", "-c", TESTED_RESTART, "restart", SSHD_CONFIG] },
    ]),
};

export const nixDaemon: Operation = {
  name: "Nix daemon",
  decide: (_, facts) =>
    decideService("nix-daemon.socket", nixFiles(), facts, [
      { argv: ["systemd-tmpfiles", "--create"] },
      { argv: ["systemctl", "stop", "nix-daemon.service", "nix-daemon.socket"] },
      { argv: ["systemctl", "start", "nix-daemon.socket"] },
    ]),
};

/** True when the store, guarded and read-only, is all that is exported, to the wanted networks alone. */
const exportsStore = (desired: DesiredServer, { exports }: Facts): boolean => {
  const found = exports.split("\n").filter(Boolean);
  const wanted = desired.exportCidrs.map((cidr) => `/nix/store ${cidr}`);
  const actual = found.map((line) => line.split("(")[0]?.trim().replace(/\s+/, " "));
  const guarded = found.every((line) =>
    ["ro", "fsid=1", "mountpoint=/nix", "root_squash"].every((option) =>
      line.split(/[(),]/).includes(option),
    ),
  );
  return guarded && wanted.toSorted().join() === actual.toSorted().join();
};

export const nfs: Operation = {
  name: "NFS export",
  decide: (desired, facts) => {
    const restart = [{ argv: ["systemctl", "restart", "nfs-server.service"], timeoutSec: 120 }];
    const wanted = nfsFiles(desired, facts.cores);
    const service = decideService("nfs-server.service", wanted, facts, restart);
    if (service.kind !== "no-op" || exportsStore(desired, facts)) return service;
    return change(facts.exports || "nothing is exported", desired.exportCidrs.join(", "), [
      { argv: ["exportfs", "-r"] },
    ]);
  },
};

export const garbageCollection: Operation = {
  name: "garbage collection",
  decide: (desired, facts) =>
    decideService("nixbarn-collect-garbage.timer", collectorFiles(desired), facts, [
      { argv: ["systemctl", "enable", "nixbarn-collect-garbage.timer"] },
      { argv: ["systemctl", "restart", "nixbarn-collect-garbage.timer"] },
    ]),
};
