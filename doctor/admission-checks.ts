import { randomBytes } from "node:crypto";
import { status } from "@grpc/grpc-js";
import { RpcError } from "../reapi/rpc-error.ts";
import { type Check, failed, ok, type Verdict } from "./check.ts";
import { clientOf, type EndpointTarget } from "./endpoint.ts";
import { CERTIFICATE } from "./endpoint-checks.ts";

const KEY_BYTES = 32;
const REFUSED: readonly status[] = [status.UNAUTHENTICATED, status.PERMISSION_DENIED];

/** What comes of asking for the capabilities with a key, or without one. */
const knock = async (
  target: EndpointTarget,
  apiKey?: string,
): Promise<"in" | "refused" | Error> => {
  const client = clientOf(target, apiKey);
  try {
    await client.capabilities();
    return "in";
  } catch (error) {
    if (error instanceof RpcError) return REFUSED.includes(error.code) ? "refused" : error;
    throw error;
  } finally {
    client.close();
  }
};

const OPEN_REMEDY =
  "anyone may execute: deploy again, and look for listener rules that were added by hand";

const stranger = async (target: EndpointTarget, apiKey?: string): Promise<Verdict> => {
  const shown = apiKey === undefined ? "no key" : "a made-up key";
  const answer = await knock(target, apiKey);
  if (answer === "refused") return ok(`${shown} is refused`);
  if (answer === "in") return failed(`${shown} is let in`, OPEN_REMEDY);
  return failed(
    `${shown} is not refused but answered with ${answer.message}`,
    "see the load balancer's access log and target group",
  );
};

/** Keys that look like the right one; ALB compares without regard to case, so case is none. */
const nearMisses = (key: string): readonly (readonly [string, string])[] => [
  ["its last digit another", `${key.slice(0, -1)}${key.endsWith("0") ? "1" : "0"}`],
  ["its first digit missing", key.slice(1)],
  ["its last digit missing", key.slice(0, -1)],
  ["a digit more", `${key}0`],
  ["a wildcard for it", "*"],
  ["its start and a wildcard", `${key.slice(0, 8)}*`],
];

const nearMiss = async (target: EndpointTarget, key: string): Promise<Verdict> => {
  const misses = nearMisses(key);
  const answers = await Promise.all(misses.map(([, miss]) => knock(target, miss)));
  const wrong = misses.flatMap(([what], index) => {
    const answer = answers[index];
    if (answer === "refused") return [];
    return [answer instanceof Error ? `${what}: ${answer.message}` : `${what}: let in`];
  });
  return wrong.length === 0
    ? ok(`${misses.length} keys like the right one are refused`)
    : failed(`not refused: ${wrong.join("; ")}`, OPEN_REMEDY);
};

const capabilities = async (target: EndpointTarget, key: string): Promise<Verdict> => {
  const client = clientOf(target, key);
  try {
    const { execution } = await client.capabilities();
    return execution
      ? ok("the key is let in, and execution is on")
      : failed(
          "the key is let in, but the server does not offer execution",
          "see the frontend's log: it may not reach the scheduler",
        );
  } catch (error) {
    if (!(error instanceof RpcError)) throw error;
    return REFUSED.includes(error.code)
      ? failed(
          "the key is refused",
          "its generation may have ended (npm run keys), or the key was rotated since the last deploy: deploy again",
        )
      : failed(
          `the key is let in, but Buildbarn answers ${error.message}`,
          "see that the frontend's pods are ready: kubectl --namespace nixbarn get pods",
        );
  } finally {
    client.close();
  }
};

export const API_KEY = "API key";
export const ADMITTED = "the key";

/**
 * Who is let in: nobody without the key. The key itself never shows in a verdict.
 * @param readKey fetches the key; it is called once
 */
export const admissionChecks = (
  target: EndpointTarget,
  keyName: string,
  readKey: () => Promise<string>,
): { readonly checks: readonly Check[]; readonly key: () => string } => {
  let key = "";
  const checks: Check[] = [
    {
      name: API_KEY,
      run: async () => {
        key = await readKey();
        return ok(`${keyName} was read`);
      },
    },
    { name: "no key", needs: [CERTIFICATE], run: () => stranger(target) },
    {
      name: "wrong key",
      needs: [CERTIFICATE],
      run: () => stranger(target, randomBytes(KEY_BYTES).toString("hex")),
    },
    { name: "near misses", needs: [CERTIFICATE, API_KEY], run: () => nearMiss(target, key) },
    { name: ADMITTED, needs: [CERTIFICATE, API_KEY], run: () => capabilities(target, key) },
  ];
  return { checks, key: () => key };
};
