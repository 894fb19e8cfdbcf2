import { change, noOp, type Operation } from "../outcome.ts";

export const CANARY_ROOT = "/nix/var/nix/gcroots/nixbarn-canary";
/** The name and content are fixed, so the store path is the same on every server. */
const CANARY_NAME = "nixbarn-canary";

const ADD = `set -eu
folder=$(mktemp --directory)
trap 'rm -r "$folder"' EXIT
printf 'the Nix store is mounted\\n' > "$folder/$1"
chmod 644 "$folder/$1"
ln -sfn "$(nix-store --add "$folder/$1")" "$2"`;

/** A path that is always there: a worker that does not see it has no store. */
export const canary: Operation = {
  name: "canary path",
  decide: (_, { canary: path }) =>
    path?.startsWith("/nix/store/")
      ? noOp(`${path} has a root`)
      : change("no canary", `a store path ${CANARY_NAME} with a root`, [
          { argv: ["sh", "-c", ADD, "add", CANARY_NAME, CANARY_ROOT], timeoutSec: 120 },
        ]),
};
