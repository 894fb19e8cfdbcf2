import { createHash } from "node:crypto";
import { appendFileSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { dirname } from "node:path";

export type HostKeyVerdict =
  | { readonly accepted: true }
  | { readonly accepted: false; readonly reason: string };
/** Judges the key that a server offers, as its blob. */
export type HostKeyCheck = (key: Buffer) => Promise<HostKeyVerdict>;

/** As ssh-keygen -l prints it: "SHA256:…". */
export const fingerprintOf = (key: Buffer): string =>
  `SHA256:${createHash("sha256").update(key).digest("base64").replace(/=+$/, "")}`;

/** As known_hosts writes a machine: "host", or "[host]:port" off port 22. */
export const knownHostName = (host: string, port: number): string =>
  port === 22 ? host : `[${host}]:${port}`;

/** Keys, base64, that a known_hosts text has for a name. */
export const pinnedKeys = (text: string, name: string): string[] =>
  text.split("\n").flatMap((line) => {
    const [names, type, key] = line.trim().split(/\s+/);
    return names?.split(",").includes(name) && type === "ssh-ed25519" && key ? [key] : [];
  });

export interface PinOptions {
  readonly file: string;
  /** The name under which the key is kept; not always where the connection goes. */
  readonly host: string;
  readonly port: number;
  /** Admits another key for this run without pinning it: the machine was replaced on purpose. */
  readonly replaced: boolean;
  /**
   * Host keys, base64, that the machine itself told by another way (its console), asked only when the
   * offered key is not pinned; undefined when that way is closed.
   */
  readonly toldKeys?: () => Promise<readonly string[] | undefined>;
}

/**
 * Pins the key at first contact and refuses any other from then on, unless the machine's console
 * tells that key: then it is the replaced machine, which gets its pinned key back from the volume.
 */
export const pinInFile =
  ({ file, host, port, replaced, toldKeys }: PinOptions): HostKeyCheck =>
  async (key) => {
    const name = knownHostName(host, port);
    const pinned = pinnedKeys(existsSync(file) ? readFileSync(file, "utf8") : "", name);
    const offered = key.toString("base64");
    if (pinned.includes(offered)) return { accepted: true };
    const told = await toldKeys?.();
    if (told !== undefined && !told.includes(offered)) {
      return {
        accepted: false,
        reason:
          "which is none of those that the instance's console tells; somebody may be listening",
      };
    }
    if (pinned.length > 0) {
      if (told !== undefined || replaced) return { accepted: true };
      return {
        accepted: false,
        reason: `not the one pinned in ${file}; if the instance was replaced on purpose run once with --replaced, otherwise somebody may be listening`,
      };
    }
    mkdirSync(dirname(file), { recursive: true });
    appendFileSync(file, `${name} ssh-ed25519 ${offered}\n`);
    return { accepted: true };
  };
