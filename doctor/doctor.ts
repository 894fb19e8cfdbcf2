import type { Architecture } from "../config/aws.ts";
import { NIX_SYSTEMS } from "../config/platform.ts";
import type { ReapiClient } from "../reapi/client.ts";
import { admissionChecks } from "./admission-checks.ts";
import { type Finding, type Observer, runChecks } from "./check.ts";
import { clientOf, type EndpointTarget } from "./endpoint.ts";
import { endpointChecks } from "./endpoint-checks.ts";
import { type Pool, poolChecks } from "./pool-checks.ts";
import { serverChecks } from "./server-checks.ts";
import type { ServerTarget } from "./server-login.ts";
import { storageChecks } from "./storage-checks.ts";
import { type AdminLogin, upkeepChecks } from "./upkeep-checks.ts";

/** What to look at: the endpoint, the Nix server, and with both of them the pools. */
export interface DoctorTargets {
  readonly endpoint?: {
    readonly target: EndpointTarget;
    readonly keyName: string;
    readonly readKey: () => Promise<string>;
  };
  readonly server?: {
    readonly target: ServerTarget;
    readonly admin: AdminLogin;
    readonly architecture: Architecture;
    readonly rootsOlderThanDays: number;
  };
  readonly pools: readonly Pool[];
  /** For one pool, the start of a node included. */
  readonly poolLimitSec: number;
}

/** An API key, or one that is nearly it, as somebody else may repeat it in an error. */
const KEY_LIKE = /[0-9a-f]{40,}/gi;

const masked = (finding: Finding): Finding => ({
  ...finding,
  text: finding.text.replace(KEY_LIKE, "(hidden)"),
});

/** Looks at a deployment from outside, and changes nothing of it but its caches. */
export const examine = async (
  { endpoint, server, pools, poolLimitSec }: DoctorTargets,
  observer: Observer,
): Promise<readonly Finding[]> => {
  const admission =
    endpoint && admissionChecks(endpoint.target, endpoint.keyName, endpoint.readKey);
  const onServer = server && serverChecks(server.target);
  let known: ReapiClient | undefined;
  const client = (): ReapiClient => {
    if (endpoint === undefined) throw new Error("no endpoint to ask");
    known ??= clientOf(endpoint.target, admission?.key());
    return known;
  };
  const checks = [
    ...(endpoint && admission
      ? [...endpointChecks(endpoint.target), ...admission.checks, ...storageChecks(client)]
      : []),
    ...(server && onServer
      ? [
          ...onServer.checks,
          ...upkeepChecks(server.target, server.admin, server.rootsOlderThanDays),
        ]
      : []),
    ...(endpoint && server && onServer
      ? poolChecks(pools, {
          client,
          server: onServer.client,
          system: NIX_SYSTEMS[server.architecture],
          limitSec: poolLimitSec,
        })
      : []),
  ];
  try {
    const found = (finding: Finding): void => observer.found(masked(finding));
    return (await runChecks(checks, { ...observer, found })).map(masked);
  } finally {
    known?.close();
    onServer?.close();
  }
};
