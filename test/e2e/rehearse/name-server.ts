import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";

/** DNS, RFC 1035. */
const HEADER_BYTES = 12;
const AUTHORITATIVE_ANSWER = 0x8400;
const POINTER_TO_QUESTION = Buffer.from([0xc0, HEADER_BYTES]);
const TYPE_NS = 2;
const TTL_SEC = 60;

const encodeName = (name: string): Buffer =>
  Buffer.concat([
    ...name
      .split(".")
      .map((label) => Buffer.concat([Buffer.from([label.length]), Buffer.from(label)])),
    Buffer.from([0]),
  ]);

const uint16 = (...values: number[]): Buffer =>
  Buffer.concat(values.map((value) => Buffer.from([value >> 8, value & 0xff])));

/** The answer to a query that has one question, whatever it asks: these name servers. */
const answer = (query: Buffer, nameServers: readonly string[]): Buffer => {
  let end = HEADER_BYTES;
  while (query[end]) end += (query[end] ?? 0) + 1;
  const question = query.subarray(HEADER_BYTES, end + 5);
  const records = nameServers.map((name) => {
    const data = encodeName(name);
    return Buffer.concat([
      POINTER_TO_QUESTION,
      ...[uint16(TYPE_NS, 1, 0, TTL_SEC, data.length), data],
    ]);
  });
  return Buffer.concat([
    ...[query.subarray(0, 2), uint16(AUTHORITATIVE_ANSWER, 1, records.length, 0, 0)],
    ...[question, ...records],
  ]);
};

/** Stands for the world's name servers: says to whom every domain is delegated. */
export class NameServer {
  /** Who is named from now on. */
  nameServers: readonly string[] = [];
  private readonly socket: Socket = createSocket("udp4");

  /** @returns its address, as `127.0.0.1:5353` */
  async start(): Promise<string> {
    this.socket.on("message", (query, { port, address }) =>
      this.socket.send(answer(query, this.nameServers), port, address),
    );
    this.socket.bind(0, "127.0.0.1");
    await once(this.socket, "listening");
    return `127.0.0.1:${this.socket.address().port}`;
  }

  stop(): void {
    this.socket.close();
  }
}
