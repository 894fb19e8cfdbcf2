import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { execa } from "execa";
import { NAMESPACE } from "../../../config/names.ts";
import { type AwsStandIn, startAws, terraformEnvironment } from "../support/aws-stand-in.ts";
import { finishNamespaceDeletion, TARGET_GROUP_BINDING } from "../support/cluster-objects.ts";
import { createVolume, type Guest, type GuestVolume, startGuest } from "../support/debian-guest.ts";
import { Door } from "../support/door.ts";
import { guestKeyFile } from "../support/guest-base.ts";
import { ADMIN_TOKEN, type KubeApi, startKubeApi } from "../support/kube-api.ts";
import { freePort } from "../support/machine.ts";
import { createHostedZone } from "../support/seed.ts";
import { NameServer } from "./name-server.ts";
import { Project } from "./project.ts";
import { killTerraforms } from "./terraform-process.ts";

/** The guest's disks are small: sizes of the environment are those of AWS alone. */
const VOLUME_GIB = 4;
const GROWN_GIB = 6;

/** To whom moto says that every hosted zone belongs. */
const ZONE_NAME_SERVERS = ["ns-2048.awsdns-64.com", "ns-2049.awsdns-65.net"];

/** How long Terraform takes to note an answer. */
const NOTED_WITHIN_MS = 1000;

/** What stands for AWS, the cluster and the machine, and a project that deploys to them. */
export class World {
  readonly folder: string;
  readonly sshPort: number;
  readonly project: Project;
  /** Private key of a Bazel client. */
  readonly clientKey: string;
  /** In front of the API server. */
  private readonly apiServer: Door;
  private readonly kube: KubeApi;
  private readonly aws: AwsStandIn;
  private readonly nameServer: NameServer;
  private readonly state: {
    expired: boolean;
    /** Resolves when AWS answers again. */
    frozen: Promise<void>;
    volume?: GuestVolume;
    guest?: Guest;
  };
  private timer: NodeJS.Timeout | undefined;

  private constructor(
    folder: string,
    parts: {
      sshPort: number;
      project: Project;
      apiServer: Door;
      kube: KubeApi;
      aws: AwsStandIn;
      nameServer: NameServer;
      state: World["state"];
    },
  ) {
    this.folder = folder;
    this.sshPort = parts.sshPort;
    this.project = parts.project;
    this.apiServer = parts.apiServer;
    this.clientKey = join(folder, "client-key");
    this.kube = parts.kube;
    this.aws = parts.aws;
    this.nameServer = parts.nameServer;
    this.state = parts.state;
    this.timer = setInterval(() => this.cleanUp().catch(() => {}), 2000);
  }

  static async start(logFolder: string): Promise<World> {
    const folder = mkdtempSync(join(tmpdir(), "nixbarn-rehearsal-"));
    const sshPort = await freePort();
    const state: World["state"] = { expired: false, frozen: Promise.resolve() };
    const kube = await startKubeApi(join(folder, "kube"));
    await kube.call(
      "POST",
      "/apis/apiextensions.k8s.io/v1/customresourcedefinitions",
      TARGET_GROUP_BINDING,
    );
    const apiServer = new Door(Number(new URL(kube.controlPlane.endpoint).port));
    const doorPort = await apiServer.listen();

    /** The instance's disks follow what AWS is told of its volumes. */
    const onEc2 = async (call: URLSearchParams): Promise<void> => {
      const action = call.get("Action");
      if (action === "AttachVolume") {
        const serial = (call.get("VolumeId") ?? "").replace("-", "");
        state.volume = { path: join(folder, "volume.img"), serial };
        await createVolume(state.volume.path, VOLUME_GIB);
        await state.guest?.attach(state.volume);
      }
      if (action === "ModifyVolume" && state.volume !== undefined) {
        await state.guest?.stop();
        await createVolume(state.volume.path, GROWN_GIB);
        state.guest = await bootGuest(folder, sshPort, state.volume);
      }
    };
    const aws = await startAws(
      join(folder, "aws"),
      { ...kube.controlPlane, endpoint: `https://127.0.0.1:${doorPort}` },
      { onEc2, expired: () => state.expired, hold: () => state.frozen },
    );
    const zone = await createHostedZone(
      aws.environment["AWS_ENDPOINT_URL"] ?? "",
      "bazel.example.com",
    );
    aws.rename("Z0123456789ABCDEFGHIJ", zone);

    const nameServer = new NameServer();
    const nameServerAddress = await nameServer.start();

    const key = await guestKeyFile();
    const bin = join(folder, "bin");
    mkdirSync(bin);
    copyFileSync(join(import.meta.dirname, "aws.mjs"), join(bin, "aws"));
    const project = await Project.copy(
      join(folder, "project"),
      {
        ...aws.environment,
        ...terraformEnvironment(),
        PATH: `${bin}${delimiter}${process.env["PATH"]}`,
        REHEARSAL_TOKEN: ADMIN_TOKEN,
        REHEARSAL_NAME_SERVER: nameServerAddress,
        NODE_OPTIONS: `--import ${join(import.meta.dirname, "resolver.mjs")}`,
        ENVIRONMENT: "example",
        CI: "1",
        SSH_AUTH_SOCK: "",
        NIXBARN_SSH_KEY: key,
        NIXBARN_SSH_ADDRESS: `127.0.0.1:${sshPort}`,
      },
      logFolder,
    );
    // Whoever deploys is one of the admins: here the machine's own key.
    const publicKey = readFileSync(`${key}.pub`, "utf8").trim();
    const clientKey = join(folder, "client-key");
    await execa("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "bob", "-f", clientKey]);
    const clientPublicKey = readFileSync(`${clientKey}.pub`, "utf8").trim();
    project.edit("example", (text) =>
      text
        .replace(/ssh-ed25519 \S+ alice@laptop/, publicKey)
        .replace(/ssh-ed25519 \S+ bob@laptop/, clientPublicKey),
    );
    return new World(folder, { sshPort, project, apiServer, kube, aws, nameServer, state });
  }

  /** Boots the instance, which takes a minute to answer. */
  async bootInstance(): Promise<void> {
    const { folder, sshPort, state } = this;
    state.guest = await bootGuest(folder, sshPort, state.volume);
  }

  /** The domain's parent zone names the hosted zone's name servers, or those of somebody else. */
  delegate(delegated: boolean): void {
    this.nameServer.nameServers = delegated ? ZONE_NAME_SERVERS : ["ns1.registrar.example"];
  }

  /** Nobody reaches the API server, or everybody again. */
  closeApiServer(closed: boolean): void {
    if (closed) this.apiServer.close();
    else this.apiServer.open = true;
  }

  /**
   * Kills all Terraforms between two calls of theirs: what AWS was asked for has been answered and
   * noted, what it has not been asked for never will be. A kill in the middle of a call can leave a thing
   * that no state knows of; nobody can mend that but a person.
   */
  async killTerraform(): Promise<void> {
    let thaw = (): void => {};
    this.state.frozen = new Promise((resolve) => {
      thaw = resolve;
    });
    await new Promise((resolve) => setTimeout(resolve, NOTED_WITHIN_MS));
    await killTerraforms(this.project.folder);
    thaw();
  }

  expireCredentials(expired: boolean): void {
    this.state.expired = expired;
  }

  /** Names of a kind's objects in the namespace. */
  async objects(path: string): Promise<string[]> {
    const { body } = await this.kube.call("GET", path);
    const { items = [] }: { items?: { metadata: { name: string } }[] } = JSON.parse(
      JSON.stringify(body),
    );
    return items.map(({ metadata }) => metadata.name).sort();
  }

  /** In place of the namespace controller. */
  private async cleanUp(): Promise<void> {
    if (this.apiServer.open) await finishNamespaceDeletion(this.kube, NAMESPACE);
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.state.guest?.stop();
    this.aws.stop();
    this.nameServer.stop();
    this.apiServer.stop();
    await this.kube.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

const bootGuest = (folder: string, sshPort: number, volume?: GuestVolume): Promise<Guest> =>
  startGuest({
    kind: "server",
    folder: join(folder, "instance"),
    sshPort,
    ...(volume === undefined ? {} : { volumes: [volume] }),
  });
