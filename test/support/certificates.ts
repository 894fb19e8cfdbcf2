import { generateKeyPairSync, randomBytes, sign } from "node:crypto";

export interface MadeCertificate {
  /** PEM; it vouches for itself, so it is its own authority too. */
  readonly cert: string;
  /** PEM. */
  readonly key: string;
}

const DAY_MS = 24 * 60 * 60 * 1000;
/** DER tags. https://letsencrypt.org/docs/a-warm-welcome-to-asn1-and-der/ */
const TAG = {
  ...{ integer: 0x02, bits: 0x03, octets: 0x04, oid: 0x06, utf8: 0x0c, time: 0x18 },
  ...{ sequence: 0x30, set: 0x31, version: 0xa0, extensions: 0xa3, dnsName: 0x82 },
};

const der = (tag: number, ...contents: readonly Buffer[]): Buffer => {
  const content = Buffer.concat(contents);
  const size = content.length;
  const long = size < 0x80 ? [] : size < 0x100 ? [0x81] : [0x82, size >> 8];
  return Buffer.concat([Buffer.of(tag, ...long, size & 0xff), content]);
};
const sequence = (...contents: readonly Buffer[]): Buffer => der(TAG.sequence, ...contents);
const oid = (hex: string): Buffer => der(TAG.oid, Buffer.from(hex, "hex"));
const time = (at: Date): Buffer =>
  der(TAG.time, Buffer.from(`${at.toISOString().replace(/[-:T]|\..*/g, "")}Z`));

const ECDSA_WITH_SHA256 = sequence(oid("2a8648ce3d040302"));
const COMMON_NAME = oid("550403");
const SUBJECT_ALTERNATIVE_NAME = oid("551d11");

/** A certificate for a TLS server, which ends in `days` days (in the past when negative). */
export const certificateFor = (name: string, days: number): MadeCertificate => {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const called = sequence(
    der(TAG.set, sequence(COMMON_NAME, der(TAG.utf8, Buffer.from("a test")))),
  );
  const now = Date.now();
  const start = new Date(now + Math.min(days, 0) * DAY_MS - DAY_MS);
  const names = sequence(der(TAG.dnsName, Buffer.from(name)));
  const body = sequence(
    der(TAG.version, der(TAG.integer, Buffer.of(2))),
    der(TAG.integer, Buffer.concat([Buffer.of(1), randomBytes(8)])),
    ECDSA_WITH_SHA256,
    called,
    sequence(time(start), time(new Date(now + days * DAY_MS + DAY_MS / 2))),
    called,
    publicKey.export({ type: "spki", format: "der" }),
    der(TAG.extensions, sequence(sequence(SUBJECT_ALTERNATIVE_NAME, der(TAG.octets, names)))),
  );
  const signature = Buffer.concat([Buffer.of(0), sign("sha256", body, privateKey)]);
  const whole = sequence(body, ECDSA_WITH_SHA256, der(TAG.bits, signature));
  const base64 = whole.toString("base64").replace(/.{64}/g, "$&\n").trim();
  return {
    cert: `-----BEGIN CERTIFICATE-----\n${base64}\n-----END CERTIFICATE-----\n`,
    key: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
  };
};
