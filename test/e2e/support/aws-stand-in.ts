import { type ChildProcess, spawn } from "node:child_process";
import { createWriteStream, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DEBIAN_IMAGE } from "../../../config/versions.ts";
import type { ControlPlane } from "./gap-eks.ts";
import { type AwsHooks, startGapServer } from "./gap-server.ts";
import { cacheFolder, freePort } from "./machine.ts";

/** moto's server: in our virtual environment, which test/e2e/install.sh makes. */
export const motoServer = join(cacheFolder, "venv", "bin", "moto_server");

/** The image that the nix-server stack looks up, in the form of moto's MOTO_AMIS_PATH. */
const images = (["amd64", "arm64"] as const).map((architecture, index) => ({
  ami_id: `ami-0deb1an00000000${index}0`,
  name: `${DEBIAN_IMAGE.namePrefix}-${architecture}-20261101-1`,
  description: "Debian 13",
  owner_id: DEBIAN_IMAGE.ownerId,
  public: true,
  virtualization_type: "hvm",
  architecture: architecture === "amd64" ? "x86_64" : "arm64",
  state: "available",
  platform: null,
  image_type: "machine",
  hypervisor: "xen",
  root_device_name: DEBIAN_IMAGE.rootDeviceName,
  root_device_type: "ebs",
  sriov: "simple",
  creation_date: "2026-11-01T00:00:00.000Z",
}));

export interface AwsStandIn {
  /** What a Terraform run needs in its environment to talk to it; the product knows nothing of it. */
  readonly environment: Readonly<Record<string, string>>;
  /** Lets callers use a name of theirs for a thing that moto has named. */
  rename(ours: string, moto: string): void;
  stop(): void;
}

/**
 * Starts moto and the gap server on free loopback ports.
 * @param folder where the log and the image list go
 * @param controlPlane what EKS says of each cluster
 */
export const startAws = async (
  folder: string,
  controlPlane?: ControlPlane,
  hooks?: AwsHooks,
): Promise<AwsStandIn> => {
  mkdirSync(folder, { recursive: true });
  const imagesFile = join(folder, "images.json");
  writeFileSync(imagesFile, JSON.stringify(images));
  const motoPort = await freePort();
  const moto: ChildProcess = spawn(motoServer, ["-H", "127.0.0.1", "-p", String(motoPort)], {
    env: { ...process.env, MOTO_AMIS_PATH: imagesFile, MOTO_IAM_LOAD_MANAGED_POLICIES: "true" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const log = createWriteStream(join(folder, "moto.log"));
  moto.stdout?.pipe(log);
  moto.stderr?.pipe(log);
  await waitForHttp(`http://127.0.0.1:${motoPort}/moto-api/`);
  const gap = await startGapServer(motoPort, controlPlane, hooks);
  return {
    environment: {
      AWS_ENDPOINT_URL: `http://127.0.0.1:${gap.port}`,
      AWS_ACCESS_KEY_ID: "testing",
      AWS_SECRET_ACCESS_KEY: "testing",
      AWS_EC2_METADATA_DISABLED: "true",
    },
    rename: (ours, moto) => gap.renames.set(moto, ours),
    stop: () => {
      gap.server.close();
      gap.server.closeAllConnections();
      moto.kill();
    },
  };
};

const START_TIMEOUT_SEC = 60;

const waitForHttp = async (url: string): Promise<void> => {
  for (let second = 0; second < START_TIMEOUT_SEC; second += 0.25) {
    try {
      await fetch(url);
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
  }
  throw new Error(`${url} does not answer after ${START_TIMEOUT_SEC} s`);
};

/** TF_CLI_CONFIG_FILE of the local provider mirror, where there is one. */
export const terraformEnvironment = (): Record<string, string> => {
  const config = join(
    process.env["TERRAFORM_MIRROR"] ?? join(cacheFolder, "terraform-mirror"),
    "terraform.rc",
  );
  return {
    CHECKPOINT_DISABLE: "1",
    ...(existsSync(config) ? { TF_CLI_CONFIG_FILE: config } : {}),
  };
};
