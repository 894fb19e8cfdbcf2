import type { Duplex } from "node:stream";
import type { Derivation } from "./derivation.ts";
import { Wire } from "./wire.ts";

/** https://nix.dev/manual/nix/2.28/protocols/: what `nix-daemon --stdio` speaks. */
const CLIENT_MAGIC = 0x6e697863;
const DAEMON_MAGIC = 0x6478696f;
/** 1.35: the daemon tells its version and whether it trusts us, and asks for nothing newer. */
const PROTOCOL = (1 << 8) | 35;
const IS_VALID_PATH = 1;
const ADD_TEXT_TO_STORE = 8;
const BUILD_PATHS = 9;
const NORMAL_BUILD = 0;
const TRUSTED = 1;
/** What the daemon sends before an answer. */
const LOG = { last: 0x616c7473, next: 0x6f6c6d67, error: 0x63787470 };
const ACTIVITY = { start: 0x53545254, stop: 0x53544f50, result: 0x52534c54 };
const NUMBER_FIELD = 0;

/** A Nix store behind a daemon, as much of it as the doctor asks for. */
export class StoreClient {
  private readonly wire: Wire;
  readonly version: string;
  /** Whether the daemon lets this login change anything that it likes. */
  readonly trusted: boolean;

  private constructor(wire: Wire, version: string, trusted: boolean) {
    this.wire = wire;
    this.version = version;
    this.trusted = trusted;
  }

  /** @param stderr what the far side wrote beside the protocol, so far */
  static async open(stream: Duplex, stderr: () => string): Promise<StoreClient> {
    const wire = new Wire(stream, stderr);
    wire.send(CLIENT_MAGIC);
    if ((await wire.number()) !== DAEMON_MAGIC) throw new Error("no Nix daemon answers");
    const protocol = await wire.number();
    if (protocol < PROTOCOL) throw new Error("the Nix daemon is older than 2.15");
    const [noAffinity, noReserve] = [0, 0];
    wire.send(PROTOCOL, noAffinity, noReserve);
    const version = await wire.string();
    const trusted = (await wire.number()) === TRUSTED;
    await untilAnswer(wire);
    return new StoreClient(wire, version, trusted);
  }

  async isValid(path: string): Promise<boolean> {
    this.wire.send(IS_VALID_PATH, path);
    await untilAnswer(this.wire);
    return (await this.wire.number()) === 1;
  }

  /** Builds a derivation that needs no other path. @throws Error with the builder's words */
  async build({ name, text }: Derivation): Promise<void> {
    this.wire.send(ADD_TEXT_TO_STORE, `${name}.drv`, text, []);
    await untilAnswer(this.wire);
    const path = await this.wire.string();
    this.wire.send(BUILD_PATHS, [`${path}!out`], NORMAL_BUILD);
    await untilAnswer(this.wire);
    await this.wire.number();
  }

  close(): void {
    this.wire.close();
  }
}

/** Reads past the log to the answer. @throws Error that the daemon tells */
const untilAnswer = async (wire: Wire): Promise<void> => {
  for (;;) {
    const kind = await wire.number();
    if (kind === LOG.last) return;
    if (kind === LOG.next) await wire.string();
    else if (kind === ACTIVITY.start) await skipActivity(wire);
    else if (kind === ACTIVITY.stop) await wire.number();
    else if (kind === ACTIVITY.result) {
      await wire.number();
      await wire.number();
      await skipFields(wire);
    } else if (kind === LOG.error) throw await readError(wire);
    else throw new Error(`the Nix daemon says what is not understood (0x${kind.toString(16)})`);
  }
};

const skipFields = async (wire: Wire): Promise<void> => {
  for (let left = await wire.number(); left > 0; left--) {
    if ((await wire.number()) === NUMBER_FIELD) await wire.number();
    else await wire.string();
  }
};

const skipActivity = async (wire: Wire): Promise<void> => {
  for (const _ of ["id", "level", "type"]) await wire.number();
  await wire.string();
  await skipFields(wire);
  await wire.number();
};

const ANSI = new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m`, "g");

const readError = async (wire: Wire): Promise<Error> => {
  await wire.string();
  await wire.number();
  await wire.string();
  const message = await wire.string();
  const text = message.replace(ANSI, "").replaceAll(/\s+/g, " ").trim();
  return new Error(`the Nix daemon refuses: ${text}`);
};
