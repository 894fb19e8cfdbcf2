import type { Duplex } from "node:stream";
import { Client, type ConnectConfig } from "ssh2";
import { ProvisionError } from "./host.ts";
import { fingerprintOf, type HostKeyCheck } from "./known-hosts.ts";

/** A login on a machine. */
export interface SshAddress {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly hostKeyCheck: HostKeyCheck;
}

export interface SshTarget extends SshAddress {
  /** Text of a private key; without it the agent at `agent` is asked. */
  readonly privateKey?: string;
  /** Path of the agent's socket. */
  readonly agent?: string;
  /** A machine to go through; the same key opens it. */
  readonly jump?: SshAddress;
  /** How long to go on while the machine does not answer yet. */
  readonly bootTimeoutSec: number;
}

/** The machine offers another host key than the one that is known. */
export class HostKeyRefused extends ProvisionError {}
/** The machine is right, and takes none of our keys. */
export class LoginRefused extends ProvisionError {}

const RETRY_EVERY_MS = 2000;
const KEEPALIVE_MS = 10_000;
/** Unanswered keepalives before the connection counts as cut. */
const KEEPALIVES_MISSED = 4;
const HANDSHAKE_TIMEOUT_MS = 60_000;

export const errorText = (error: unknown): string =>
  error instanceof Error ? error.message || error.name : String(error);

const login = (
  address: SshAddress,
  { privateKey, agent }: Pick<SshTarget, "privateKey" | "agent">,
  sock?: Duplex,
): Promise<Client> =>
  new Promise((resolve, reject) => {
    const { host, port, user } = address;
    const client = new Client();
    let refused: ProvisionError | undefined;
    const config: ConnectConfig = {
      ...(sock === undefined ? { host, port } : { sock }),
      username: user,
      ...(privateKey === undefined ? (agent === undefined ? {} : { agent }) : { privateKey }),
      algorithms: { serverHostKey: ["ssh-ed25519"] },
      readyTimeout: HANDSHAKE_TIMEOUT_MS,
      keepaliveInterval: KEEPALIVE_MS,
      keepaliveCountMax: KEEPALIVES_MISSED,
      hostVerifier: (key: Buffer, verify: (accepted: boolean) => void): void => {
        address.hostKeyCheck(key).then(
          (verdict) => {
            if (!verdict.accepted) {
              refused = new HostKeyRefused(
                `${host}: its host key is ${fingerprintOf(key)}, ${verdict.reason}`,
              );
            }
            verify(verdict.accepted);
          },
          (error: unknown) => {
            refused = new ProvisionError(`${host}: its host key: ${errorText(error)}`);
            verify(false);
          },
        );
      },
    };
    client.once("ready", () => resolve(client));
    // Not once: a connection that ends in the handshake tells so a second time.
    client.on("error", (error) => {
      client.destroy();
      reject(
        refused ??
          (error.level === "client-authentication"
            ? new LoginRefused(
                `${user}@${host}: no key was accepted; give the right one with --key, or load it into the ssh agent`,
              )
            : error),
      );
    });
    client.connect(config);
  });

const through = async (jump: SshAddress, target: SshTarget): Promise<Client> => {
  const gateway = await login(jump, target);
  try {
    const sock = await new Promise<Duplex>((resolve, reject) => {
      gateway.forwardOut("127.0.0.1", 0, target.host, target.port, (error, stream) =>
        error === undefined ? resolve(stream) : reject(error),
      );
    });
    const client = await login(target, target, sock);
    client.once("close", () => gateway.end());
    return client;
  } catch (error) {
    gateway.end();
    throw error;
  }
};

/** Logs in, waiting for a machine that is still booting; what waiting cannot mend is final at once. */
export const logIn = async (target: SshTarget): Promise<Client> => {
  const giveUpAt = Date.now() + target.bootTimeoutSec * 1000;
  for (;;) {
    try {
      return await (target.jump === undefined
        ? login(target, target)
        : through(target.jump, target));
    } catch (error) {
      if (error instanceof ProvisionError) throw error;
      if (Date.now() + RETRY_EVERY_MS > giveUpAt) {
        const by = target.jump === undefined ? "" : ` through ${target.jump.host}`;
        throw new ProvisionError(
          `${target.host}:${target.port} cannot be reached${by}: ${errorText(error)}; check the address, the security group and that the machine runs, then run the same command again`,
        );
      }
      await new Promise((resolve) => setTimeout(resolve, RETRY_EVERY_MS));
    }
  }
};
