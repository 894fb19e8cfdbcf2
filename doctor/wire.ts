import type { Duplex } from "node:stream";

const WORD = 8;
/** No answer of the store is longer; anything else is a stream that was misread. */
const MAX_STRING_BYTES = 64 * 1024 * 1024;

/** Numbers and strings as Nix's protocols have them: 64 bits, little endian, padded to 8 bytes. */
export class Wire {
  private readonly stream: Duplex;
  private received: Buffer = Buffer.alloc(0);
  private problem: string | undefined;
  private wake: () => void = () => {};

  /** @param stderr what the far side complains of on another channel, told when it hangs up */
  constructor(stream: Duplex, stderr: () => string) {
    this.stream = stream;
    stream.on("data", (chunk: Buffer) => {
      this.received = Buffer.concat([this.received, chunk]);
      this.wake();
    });
    stream.once("error", (error) => this.end(error.message));
    stream.once("close", () => this.end(stderr().trim() || "the connection ended"));
  }

  private end(problem: string): void {
    this.problem ??= problem;
    this.wake();
  }

  private async take(size: number): Promise<Buffer> {
    while (this.received.length < size) {
      if (this.problem !== undefined) throw new Error(this.problem);
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
    }
    const taken = this.received.subarray(0, size);
    this.received = this.received.subarray(size);
    return taken;
  }

  async number(): Promise<number> {
    return Number((await this.take(WORD)).readBigUInt64LE());
  }

  async string(): Promise<string> {
    const length = await this.number();
    if (length > MAX_STRING_BYTES) throw new Error("the far side does not speak Nix's protocol");
    const padded = await this.take(Math.ceil(length / WORD) * WORD);
    return padded.subarray(0, length).toString();
  }

  async strings(): Promise<string[]> {
    const count = await this.number();
    const list: string[] = [];
    while (list.length < count) list.push(await this.string());
    return list;
  }

  /** Sends numbers, strings and lists of strings, one after the other. */
  send(...values: readonly (number | string | readonly string[])[]): void {
    this.stream.write(Buffer.concat(values.flatMap(encode)));
  }

  close(): void {
    this.stream.end();
  }
}

const encode = (value: number | string | readonly string[]): Buffer[] => {
  if (typeof value === "number") {
    const word = Buffer.alloc(WORD);
    word.writeBigUInt64LE(BigInt(value));
    return [word];
  }
  if (typeof value !== "string") return [value.length, ...value].flatMap(encode);
  const bytes = Buffer.from(value);
  const padding = Buffer.alloc((WORD - (bytes.length % WORD)) % WORD);
  return [...encode(bytes.length), bytes, padding];
};
