import { readFileSync } from "node:fs";
import { createAgent, utils } from "ssh2";
import { sshKeyIdentity, sshPublicKeyProblem } from "../config/ssh-key.ts";
import type { KeyHolder } from "./desired.ts";
import { ProvisionError } from "./host.ts";

export const readText = (file: string, option: string): string => {
  try {
    return readFileSync(file, "utf8");
  } catch {
    throw new ProvisionError(`${option}: ${file} cannot be read; give an existing file`);
  }
};

/**
 * Reads a text of public keys, one a line; empty lines and comments are left out.
 * @throws ProvisionError that tells every line that is none
 */
export const parseKeys = (text: string, file: string): KeyHolder[] => {
  const lines = text
    .split("\n")
    .map((line, index) => ({ line: line.trim(), number: index + 1 }))
    .filter(({ line }) => line !== "" && !line.startsWith("#"));
  const faults = lines.flatMap(({ line, number }) => {
    const problem = sshPublicKeyProblem(line);
    return problem === undefined ? [] : [`${file}: line ${number}: ${problem}`];
  });
  if (faults.length > 0) throw new ProvisionError(faults.join("\n"));
  return lines.map(({ line }) => ({ name: line.split(" ").slice(2).join(" "), publicKey: line }));
};

/** The identities, "type base64", that an ssh agent offers. */
const agentIdentities = (socket: string): Promise<string[]> =>
  new Promise((resolve, reject) => {
    createAgent(socket).getIdentities((error, keys = []) => {
      if (error) {
        reject(new ProvisionError(`the ssh agent at ${socket} does not answer: ${error.message}`));
        return;
      }
      const parsed = keys.map((key) => utils.parseKey(Buffer.isBuffer(key) ? key : ""));
      resolve(
        parsed.flatMap((key) =>
          key instanceof Error ? [] : [`${key.type} ${key.getPublicSSH().toString("base64")}`],
        ),
      );
    });
  });

/**
 * What the login can be made with: the key file's identity, or all of the agent's.
 * @throws ProvisionError when the file holds no usable key or the agent does not answer
 */
export const loginIdentities = async (
  privateKey: string | undefined,
  agent: string | undefined,
): Promise<readonly string[]> => {
  if (privateKey === undefined) return agent === undefined ? [] : agentIdentities(agent);
  const key = utils.parseKey(privateKey);
  if (key instanceof Error) {
    throw new ProvisionError(
      `--key: ${key.message}; give an unencrypted private key, or load the key into the ssh agent (ssh-add) and leave --key out`,
    );
  }
  return [`${key.type} ${key.getPublicSSH().toString("base64")}`];
};

/** Refuses a list of admins that would lock out who sets it. */
export const refuseLockOut = (
  admins: readonly KeyHolder[],
  identities: readonly string[],
): void => {
  if (admins.length === 0) return;
  const admitted = admins.map(({ publicKey }) => sshKeyIdentity(publicKey));
  if (identities.some((identity) => admitted.includes(identity))) return;
  throw new ProvisionError(
    `none of your keys is among the admins (${admins.map(({ name }) => name).join(", ")}): you would lock yourself out; add your public key to them, or log in with one of theirs`,
  );
};
