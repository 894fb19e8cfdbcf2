import { createHash } from "node:crypto";

/** Something that a Nix store can build, with the path that it will have. */
export interface Derivation {
  readonly name: string;
  readonly text: string;
  readonly outputPath: string;
}

const STORE = "/nix/store";
const DIGITS = "0123456789abcdfghijklmnpqrsvwxyz";
const PATH_HASH_BYTES = 20;

const sha256 = (text: string): Buffer => createHash("sha256").update(text).digest();

/** Folds a hash to fewer bytes. */
const fold = (hash: Buffer, size: number): Buffer => {
  const folded = Buffer.alloc(size);
  for (const [index, byte] of hash.entries()) {
    const at = index % size;
    folded[at] = (folded[at] ?? 0) ^ byte;
  }
  return folded;
};

/** Nix's own base 32: other digits, the last bits first. */
const base32 = (bytes: Buffer): string => {
  let rest = BigInt(`0x${Buffer.from(bytes).reverse().toString("hex")}`);
  let text = "";
  for (let digit = 0; digit < Math.ceil((bytes.length * 8) / 5); digit++) {
    text = `${DIGITS[Number(rest & 31n)]}${text}`;
    rest >>= 5n;
  }
  return text;
};

const quote = (text: string): string =>
  `"${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n")}"`;

/**
 * A derivation that writes `content` into its one output with /bin/sh and needs no other path. The path
 * is computed as Nix does: https://nix.dev/manual/nix/2.28/protocols/store-path.
 * @param system as in "x86_64-linux"
 */
export const textDerivation = (name: string, content: string, system: string): Derivation => {
  const withOutput = (path: string): string => {
    const environment = [
      ["builder", "/bin/sh"],
      ["content", content],
      ["name", name],
      ["out", path],
      ["system", system],
    ];
    const pairs = environment.map((pair) => `(${pair.map(quote).join(",")})`).join(",");
    const script = 'printf %s "$content" > "$out"';
    return `Derive([("out",${quote(path)},"","")],[],[],${quote(system)},"/bin/sh",["-c",${quote(script)}],[${pairs}])`;
  };
  const inner = sha256(withOutput("")).toString("hex");
  const fingerprint = `output:out:sha256:${inner}:${STORE}:${name}`;
  const outputPath = `${STORE}/${base32(fold(sha256(fingerprint), PATH_HASH_BYTES))}-${name}`;
  return { name, text: withOutput(outputPath), outputPath };
};
