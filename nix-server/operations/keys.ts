import { CLIENT_HOME, KEYS_FOLDER, SIGNING_KEY, SIGNING_PUBLIC_KEY } from "../desired.ts";
import { change, noOp, type Operation } from "../outcome.ts";

export const HOST_KEY = "/etc/ssh/ssh_host_ed25519_key";
export const KEPT_HOST_KEY = `${KEYS_FOLDER}/ssh_host_ed25519_key`;

/** The secret half goes first and the public half last: its presence says that both are whole. */
const COPY = `set -eu
install -d -m 700 "${KEYS_FOLDER}"
umask 077
cp "$1" "$2.new"; mv "$2.new" "$2"
cp "$1.pub" "$2.pub.new"; chmod 644 "$2.pub.new"; mv "$2.pub.new" "$2.pub"`;

const copy = (from: string, to: string) => ({ argv: ["sh", "-c", COPY, "copy", from, to] });

/** A replaced instance answers with the key of the one before it. */
export const keepHostKey: Operation = {
  name: "ssh host key",
  decide: (_, { files }) => {
    const kept = files.get(`${KEPT_HOST_KEY}.pub`)?.content;
    const used = files.get(`${HOST_KEY}.pub`)?.content;
    if (kept === undefined) {
      return change("not on the volume", "kept on the volume", [copy(HOST_KEY, KEPT_HOST_KEY)]);
    }
    if (kept !== used) {
      return change("the machine has another key than the volume", "the volume's key in use", [
        copy(KEPT_HOST_KEY, HOST_KEY),
        { argv: ["systemctl", "restart", "ssh.service"] },
      ]);
    }
    return noOp("the host key in use is the volume's");
  },
};

const GENERATE = `set -eu
install -d -m 700 "${KEYS_FOLDER}"
rm -f "$1" "$2"
umask 077
nix-store --generate-binary-cache-key "nixbarn-$(cat /proc/sys/kernel/random/uuid)" "$1" "$2"`;

/** Signs what the server builds, so that clients can copy it without being trusted users. */
export const keepSigningKey: Operation = {
  name: "signing key",
  decide: (_, { files }) =>
    files.has(SIGNING_KEY) && files.get(SIGNING_PUBLIC_KEY)?.content?.includes(":")
      ? noOp("the store's signing key is on the volume")
      : change("no signing key", "generated on the volume", [
          { argv: ["sh", "-c", GENERATE, "generate", SIGNING_KEY, SIGNING_PUBLIC_KEY] },
        ]),
};

export const KEY_FILES = [
  ...[`${HOST_KEY}.pub`, `${KEPT_HOST_KEY}.pub`, SIGNING_KEY, SIGNING_PUBLIC_KEY],
  `${CLIENT_HOME}/.keep`,
] as const;
