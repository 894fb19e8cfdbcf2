/** Key types that OpenSSH 10 (Debian 13) accepts by default. https://man.openbsd.org/sshd_config#PubkeyAcceptedAlgorithms */
const KEY_TYPES: readonly string[] = [
  "ssh-ed25519",
  "sk-ssh-ed25519@openssh.com",
  "ecdsa-sha2-nistp256",
  "ecdsa-sha2-nistp384",
  "ecdsa-sha2-nistp521",
  "sk-ecdsa-sha2-nistp256@openssh.com",
  "ssh-rsa",
];
const MIN_RSA_BITS = 2048;

/** The length-prefixed fields of a key blob (RFC 4253, section 6.6); undefined when cut short. */
const blobFields = (blob: Buffer): Buffer[] | undefined => {
  const fields: Buffer[] = [];
  for (let at = 0; at < blob.length; ) {
    if (at + 4 > blob.length) return undefined;
    const end = at + 4 + blob.readUInt32BE(at);
    if (end > blob.length) return undefined;
    fields.push(blob.subarray(at + 4, end));
    at = end;
  }
  return fields;
};

const bitLength = (integer: Buffer): number => {
  const hex = integer.toString("hex").replace(/^0+/, "");
  return hex === "" ? 0 : BigInt(`0x${hex}`).toString(2).length;
};

/** What is wrong with one line of an authorized_keys file without options; undefined when nothing is. */
export const sshPublicKeyProblem = (text: string): string | undefined => {
  if (/PRIVATE KEY/.test(text)) {
    return "is a private key, which must never be in this file; make a new key pair and give the .pub file's line";
  }
  if (/[\r\n]/.test(text)) return "must be a single line";
  const [type = "", body = ""] = text.split(" ");
  if (!KEY_TYPES.includes(type)) return `must start with a key type (${KEY_TYPES.join(", ")})`;
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(body)) return "must have the key in base64 after its type";
  const fields = blobFields(Buffer.from(body, "base64"));
  if (fields === undefined || fields.length < 2) return "is cut short or damaged";
  if (fields[0]?.toString("latin1") !== type) return `says ${type} but holds another type of key`;
  if (type === "ssh-ed25519" && fields[1]?.length !== 32) return "is cut short or damaged";
  const bits = type === "ssh-rsa" ? bitLength(fields[2] ?? Buffer.alloc(0)) : MIN_RSA_BITS;
  if (bits < MIN_RSA_BITS)
    return `is an RSA key of ${bits} bits; at least ${MIN_RSA_BITS} are needed`;
  return undefined;
};

/** The key without its comment: two files that differ in the comment alone hold the same key. */
export const sshKeyIdentity = (text: string): string => text.split(" ").slice(0, 2).join(" ");
