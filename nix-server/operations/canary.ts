import { CANARY } from "../../config/canary.ts";
import { change, noOp, type Operation } from "../outcome.ts";

export const CANARY_ROOT = "/nix/var/nix/gcroots/nixbarn-canary";

const ADD = `set -eu
folder=$(mktemp --directory)
trap 'rm -r "$folder"' EXIT
printf %s "$3" > "$folder/$1"
chmod 644 "$folder/$1"
ln -sfn "$(nix-store --add "$folder/$1")" "$2"`;

/** A path that is always there: a worker that does not see it has no store. */
export const canary: Operation = {
  name: "canary path",
  decide: (_, { canary: path }) =>
    path === CANARY.storePath
      ? noOp(`${path} has a root`)
      : change(path ?? "no canary", `${CANARY.storePath} with a root`, [
          {
            argv: ["sh", "-c", ADD, "add", CANARY.name, CANARY_ROOT, CANARY.content],
            timeoutSec: 120,
          },
        ]),
};
