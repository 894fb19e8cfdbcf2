import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import {
  createVolume,
  type Guest,
  type GuestOptions,
  type GuestVolume,
  startGuest,
} from "../support/debian-guest.ts";
import { guestKeyFile } from "../support/guest-base.ts";
import { freePort } from "../support/machine.ts";

const root = join(import.meta.dirname, "../../..");

export interface Ended {
  readonly exitCode: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

/** The server and a client of it, and what people do with them. */
export class World {
  readonly folder: string;
  readonly adminKey: string;
  /** Private key of a Bazel client. */
  readonly clientKey: string;
  readonly volume: GuestVolume;
  readonly knownHosts: string;
  private serverGuest: Guest;
  private readonly clientGuest: Guest;
  private readonly link: NonNullable<GuestOptions["link"]>;
  private incarnation = 1;

  private constructor(
    folder: string,
    adminKey: string,
    link: NonNullable<GuestOptions["link"]>,
    guests: [Guest, Guest],
  ) {
    this.folder = folder;
    this.adminKey = adminKey;
    this.clientKey = join(folder, "client-key");
    this.knownHosts = join(folder, "known_hosts");
    this.volume = { path: join(folder, "volume.img"), serial: "vol0abc1234567890de" };
    this.link = link;
    [this.serverGuest, this.clientGuest] = guests;
  }

  /** Boots both; the server has no volume yet. */
  static async start(): Promise<World> {
    const folder = await mkdtemp(join(tmpdir(), "nixbarn-guests-"));
    const link = { server: await freePort(), client: await freePort() };
    const server = await startGuest({ kind: "server", folder: join(folder, "server-1"), link });
    const client = await startGuest({ kind: "client", folder: join(folder, "client"), link });
    const world = new World(folder, await guestKeyFile(), link, [server, client]);
    await createVolume(world.volume.path, 4);
    await execa("ssh-keygen", [
      "-q",
      "-t",
      "ed25519",
      "-N",
      "",
      "-C",
      "bob",
      "-f",
      world.clientKey,
    ]);
    await Promise.all([world.onServer("true"), world.onClient("true")]);
    return world;
  }

  get server(): Guest {
    return this.serverGuest;
  }

  /** Ends the machine and starts another with the same volume and address, the volume grown. */
  async replaceServer(volumeGiB: number): Promise<void> {
    const { sshPort } = this.serverGuest;
    await this.serverGuest.stop();
    await createVolume(this.volume.path, volumeGiB);
    this.incarnation++;
    this.serverGuest = await startGuest({
      kind: "server",
      folder: join(this.folder, `server-${this.incarnation}`),
      link: this.link,
      sshPort,
      volumes: [this.volume],
    });
    await this.onServer("true");
  }

  async stop(): Promise<void> {
    await Promise.all([this.serverGuest.stop(), this.clientGuest.stop()]);
    await rm(this.folder, { recursive: true, force: true });
  }

  /** Options of `nix-server` for this server, as a person would give them for an own one. */
  options(port = this.serverGuest.sshPort): string[] {
    return [
      ...["--host", "127.0.0.1", "--port", String(port), "--key", this.adminKey],
      ...["--known-hosts", this.knownHosts, "--volume-serial", this.volume.serial],
      ...["--client-keys", `${this.clientKey}.pub`, "--admin-keys", `${this.adminKey}.pub`],
      ...["--export-cidr", "10.77.0.0/24"],
    ];
  }

  /** `npm run nix-server -- COMMAND OPTIONS`; of an option given twice the later one holds. */
  async nixServer(command: string, ...options: string[]): Promise<Ended> {
    const { exitCode, stdout, stderr } = await execa(
      process.execPath,
      ["--import", "tsx", "nix-server/cli.ts", command, ...this.options(), ...options],
      { cwd: root, reject: false },
    );
    return { exitCode, stdout, stderr };
  }

  private async shell(guest: Guest, script: string): Promise<string> {
    for (let attempt = 1; ; attempt++) {
      const { exitCode, stdout, stderr } = await execa(
        "ssh",
        [
          ...["-i", this.adminKey, "-p", String(guest.sshPort), "-o", "StrictHostKeyChecking=no"],
          ...["-o", "UserKnownHostsFile=/dev/null", "-o", "LogLevel=ERROR"],
          ...["-o", "ConnectTimeout=10", "-o", "ServerAliveInterval=10"],
          ...["admin@127.0.0.1", "sudo bash -es"],
        ],
        { input: script, reject: false },
      );
      if (exitCode === 0) return stdout;
      const booting = /^(ssh: connect|kex_|Connection (timed out|closed by|reset by))/m.test(
        stderr,
      );
      if (exitCode !== 255 || !booting || attempt === 40) {
        throw new Error(`exit code ${exitCode}\n${stdout}\n${stderr}\nof: ${script}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 3000));
    }
  }

  /** Runs a script as root and gives what it says. */
  onServer(script: string): Promise<string> {
    return this.shell(this.serverGuest, script);
  }

  onClient(script: string): Promise<string> {
    return this.shell(this.clientGuest, script);
  }

  /** Makes root on the client machine a Bazel client: key, alias `nix-server`, the store's public key. */
  async makeClient(): Promise<void> {
    const key = await readFile(this.clientKey, "utf8");
    const publicKey = await readFile(join(this.folder, "store-public-key"), "utf8");
    await this.onClient(`
mkdir -p /root/.ssh /etc/nix
umask 077
cat > /root/.ssh/id <<'KEY'
${key.trim()}
KEY
cat > /root/.ssh/config <<'CONFIG'
Host nix-server
  User nix
  IdentityFile /root/.ssh/id
  StrictHostKeyChecking accept-new
CONFIG
umask 022
cat > /etc/nix/nix.conf <<'CONFIG'
extra-trusted-public-keys = ${publicKey.trim()}
experimental-features = nix-command
substituters =
build-users-group =
sandbox = false
CONFIG
`);
  }

  /** Writes a text into a file of this machine's work folder and gives its path. */
  async file(name: string, text: string): Promise<string> {
    const path = join(this.folder, name);
    await writeFile(path, text);
    return path;
  }
}
