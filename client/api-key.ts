import { execFile } from "node:child_process";
import { UserError } from "../config/load.ts";
import { namesOf } from "../config/names.ts";
import type { Environment } from "../config/schema.ts";

const TIMEOUT_MS = 30_000;
/** What Terraform generates: 64 hex digits. */
const KEY = /^[0-9a-f]{64}$/;

/** The key of that name in an environment file. @throws UserError that lists those that are there */
export const findKey = ({ name, access }: Environment, wanted: string) => {
  const key = access.apiKeys.find((one) => one.name === wanted);
  if (key !== undefined) return key;
  const known = access.apiKeys.map((one) => one.name).join(", ");
  throw new UserError(
    `environments/${name}.yaml has no API key ${JSON.stringify(wanted)}; it has ${known}`,
  );
};

/**
 * The API key itself, from Secrets Manager by the AWS CLI, for whoever's AWS rights allow it.
 * @throws UserError that says why it cannot be had; never with the key
 */
export const readApiKey = (environment: Environment, wanted: string): Promise<string> => {
  const { name, generation } = findKey(environment, wanted);
  const secret = namesOf(environment.name).apiKeySecret(name, generation);
  const args = [
    ...["secretsmanager", "get-secret-value", "--secret-id", secret],
    ...["--region", environment.region, "--query", "SecretString", "--output", "text"],
  ];
  return new Promise((resolve, reject) => {
    execFile("aws", args, { timeout: TIMEOUT_MS }, (error, stdout, stderr) => {
      if (error?.code === "ENOENT") {
        reject(new UserError("the AWS CLI (aws) is not on PATH: https://aws.amazon.com/cli/"));
      } else if (error !== null) {
        const said = stderr.trim().split("\n").at(-1) || `no answer in ${TIMEOUT_MS / 1000} s`;
        reject(new UserError(`${secret} cannot be read from Secrets Manager: ${said}`));
      } else if (!KEY.test(stdout.trim())) {
        reject(new UserError(`${secret} in Secrets Manager is not a key that nixbarn made`));
      } else resolve(stdout.trim());
    });
  });
};
