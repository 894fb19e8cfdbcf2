import { CLIENT_USER } from "../config/login.ts";
import type { DesiredServer } from "./desired.ts";
import { type Facts, type FactsQuery, factsCommand, parseFacts } from "./facts/facts.ts";
import { type Host, ProvisionError } from "./host.ts";
import { managedFiles, NIX_MOUNT } from "./managed-files.ts";
import { CANARY_ROOT } from "./operations/canary.ts";
import { OPERATIONS } from "./operations/index.ts";
import { KEY_FILES } from "./operations/keys.ts";
import { MASKED_UNITS, PACKAGES } from "./operations/software.ts";
import type { Operation, Outcome } from "./outcome.ts";

export interface Step {
  readonly operation: string;
  readonly outcome: Outcome;
}

/** All that the operations look at. */
export const factsQuery = (desired: DesiredServer): FactsQuery => ({
  packages: PACKAGES,
  units: [
    ...["nix.mount", "ssh.service", "nix-daemon.socket", "nix-daemon.service"],
    ...["nfs-server.service", "nixbarn-collect-garbage.timer", ...MASKED_UNITS],
  ],
  files: [NIX_MOUNT, ...managedFiles(desired, 1).map(({ path }) => path), ...KEY_FILES],
  clientUser: CLIENT_USER,
  canaryRoot: CANARY_ROOT,
});

export const readFacts = async (host: Host, desired: DesiredServer): Promise<Facts> => {
  const { code, stdout, stderr } = await host.run(factsCommand(factsQuery(desired)));
  if (/^sudo:/m.test(stderr) && code !== 0) {
    throw new ProvisionError(
      `${host.name}: sudo refused (${stderr.trim()}); give ${desired.adminUser} sudo without a password`,
    );
  }
  return parseFacts(stdout);
};

/** Decides every operation on the same facts: a preview, of which later steps may still change. */
export const plan = (
  desired: DesiredServer,
  facts: Facts,
  operations: readonly Operation[] = OPERATIONS,
): Step[] =>
  operations.map(({ name, decide }) => ({ operation: name, outcome: decide(desired, facts) }));
