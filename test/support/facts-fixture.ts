import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { DesiredServer } from "../../nix-server/desired.ts";

import { managedFiles, NIX_MOUNT, nixMountUnit } from "../../nix-server/managed-files.ts";

/** The machine on which the fixtures were captured. */
export const FIXTURE_DESIRED: DesiredServer = {
  volumeSerial: "vol0abc1234567890de",
  adminUser: "admin",
  admins: [],
  clients: [],
  exportCidrs: ["10.77.0.0/24"],
  garbageCollection: { rootsOlderThanDays: 30, aboveFillPercent: 80 },
};

export const fixture = (name: "bare" | "provisioned"): string =>
  readFileSync(join(import.meta.dirname, `../nix-server/fixtures/${name}.txt`), "utf8");

/**
 * The provisioned machine's answer with today's contents of the managed files, so that a changed
 * configuration needs no new capture.
 */
export const provisioned = (desired: DesiredServer = FIXTURE_DESIRED): string => {
  const text = fixture("provisioned");
  const uuid = /LABEL=nix-store\nUUID=(\S+)/.exec(text)?.[1] ?? "";
  const wanted = new Map(managedFiles(desired, 1).map(({ path, content }) => [path, content]));
  wanted.set(NIX_MOUNT, nixMountUnit(uuid));
  return text.replace(/^(\/\S+ \d+ \S+ \d+) \S*$/gm, (line, head: string) => {
    const content = wanted.get(head.split(" ")[0] ?? "");
    return content === undefined ? line : `${head} ${Buffer.from(content).toString("base64")}`;
  });
};
