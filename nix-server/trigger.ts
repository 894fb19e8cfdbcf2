import { createHash } from "node:crypto";
import type { Environment } from "../config/schema.ts";
import { desiredFromEnvironment } from "./inputs.ts";
import { managedFiles } from "./managed-files.ts";
import { OPERATIONS } from "./operations/index.ts";
import { MASKED_UNITS, PACKAGES } from "./operations/software.ts";

/**
 * A hash of all that a provisioning of this environment would set: when it changes, the next deploy
 * provisions anew. Volume and instance are not in it, since only Terraform knows them.
 */
export const provisioningTrigger = (environment: Environment): string => {
  const desired = desiredFromEnvironment(environment, { volumeId: "vol-unknown" });
  const all = {
    desired,
    operations: OPERATIONS.map(({ name }) => name),
    files: managedFiles(desired, 1),
    packages: PACKAGES,
    masked: MASKED_UNITS,
  };
  return createHash("sha256").update(JSON.stringify(all)).digest("hex");
};
