import { generateKeyPairSync } from "node:crypto";
import ssh2 from "ssh2";
import { describe, expect, test } from "vitest";
import { sshKeyIdentity, sshPublicKeyProblem } from "../../config/ssh-key.ts";

/** One length-prefixed field of a key blob. */
const field = (bytes: Buffer): Buffer => {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
};

/** By node:crypto: ssh2's generator drops a leading zero byte in one ed25519 key of 256. */
const ed25519 = (): string => {
  const { x = "" } = generateKeyPairSync("ed25519").publicKey.export({ format: "jwk" });
  const blob = Buffer.concat([
    field(Buffer.from("ssh-ed25519")),
    field(Buffer.from(x, "base64url")),
  ]);
  return `ssh-ed25519 ${blob.toString("base64")}`;
};

const rsa = (bits: number): string => {
  const { publicKey } = generateKeyPairSync("rsa", { modulusLength: bits });
  const { n = "", e = "" } = publicKey.export({ format: "jwk" });
  const integer = (text: string) =>
    field(Buffer.concat([Buffer.of(0), Buffer.from(text, "base64url")]));
  const blob = Buffer.concat([field(Buffer.from("ssh-rsa")), integer(e), integer(n)]);
  return `ssh-rsa ${blob.toString("base64")}`;
};

describe("ssh public keys", () => {
  test.each([
    ["ed25519", ed25519()],
    ["ecdsa", ssh2.utils.generateKeyPairSync("ecdsa", { bits: 256 }).public],
    ["rsa of 2048 bits", rsa(2048)],
    ["with a comment", `${ed25519()} me@laptop`],
  ])("%s is fine", (_, key) => {
    expect(sshPublicKeyProblem(key)).toBeUndefined();
  });

  test("a short RSA key is refused", () => {
    expect(sshPublicKeyProblem(rsa(1024))).toBe(
      "is an RSA key of 1024 bits; at least 2048 are needed",
    );
  });

  test("a private key is refused", () => {
    expect(sshPublicKeyProblem(ssh2.utils.generateKeyPairSync("ed25519").private)).toMatch(
      /^is a private key/,
    );
  });

  test("the comment is no part of the key", () => {
    expect(sshKeyIdentity("ssh-ed25519 AAAA alice")).toBe(sshKeyIdentity("ssh-ed25519 AAAA bob"));
  });
});
