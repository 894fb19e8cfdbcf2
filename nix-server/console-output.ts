import { execFile } from "node:child_process";
import { z } from "zod";

/** cloud-init prints the keys between these lines at the end of the first boot. */
const BLOCK = /-----BEGIN SSH HOST KEY KEYS-----([\s\S]*?)-----END SSH HOST KEY KEYS-----/g;

/** The ed25519 host keys, base64, that a console's text tells. */
export const hostKeysInConsole = (text: string): string[] =>
  [...text.matchAll(BLOCK)].flatMap(([, block = ""]) =>
    [...block.matchAll(/ssh-ed25519 ([A-Za-z0-9+/=]+)/g)].map(([, key = ""]) => key),
  );

const answer = z.object({ Output: z.string().optional() });
const TIMEOUT_MS = 20_000;

/**
 * The host keys that an EC2 instance's console tells, by the AWS CLI and its credentials.
 * Undefined when there is no CLI, no right to ask, or nothing on the console yet.
 */
export const hostKeysOfInstance = (
  instanceId: string,
  region: string,
): Promise<readonly string[] | undefined> => {
  const args = ["ec2", "get-console-output", "--latest", "--output", "json"];
  return new Promise((resolve) => {
    execFile(
      "aws",
      [...args, "--instance-id", instanceId, "--region", region],
      { timeout: TIMEOUT_MS },
      (error, stdout) => {
        if (error !== null) return resolve(undefined);
        const keys = hostKeysInConsole(answer.parse(JSON.parse(stdout)).Output ?? "");
        resolve(keys.length === 0 ? undefined : keys);
      },
    );
  });
};
