import { generateKeyPairSync } from "node:crypto";
import ssh2 from "ssh2";
import { describe, expect, test } from "vitest";
import { sshKeyIdentity, sshPublicKeyProblem } from "../../config/ssh-key.ts";

const rsa = (bits: number): string => {
  const { publicKey } = generateKeyPairSync("rsa", { modulusLength: bits });
  const { n = "", e = "" } = publicKey.export({ format: "jwk" });
  const field = (bytes: Buffer): Buffer => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    return Buffer.concat([length, bytes]);
  };
  const integer = (text: string) =>
    field(Buffer.concat([Buffer.of(0), Buffer.from(text, "base64url")]));
  const blob = Buffer.concat([field(Buffer.from("ssh-rsa")), integer(e), integer(n)]);
  return `ssh-rsa ${blob.toString("base64")}`;
};

describe("ssh public keys", () => {
  test.each([
    ["ed25519", ssh2.utils.generateKeyPairSync("ed25519").public],
    ["ecdsa", ssh2.utils.generateKeyPairSync("ecdsa", { bits: 256 }).public],
    ["rsa of 2048 bits", rsa(2048)],
    ["with a comment", `${ssh2.utils.generateKeyPairSync("ed25519").public} me@laptop`],
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
