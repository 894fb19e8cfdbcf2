import { CLIENT_USER } from "../../config/login.ts";
import { CLIENT_HOME, CLIENT_UID } from "../desired.ts";
import { change, noOp, type Operation, refusal } from "../outcome.ts";

/** Their shell only ever starts the forced command: sshd needs one to run it. */
const SHELL = "/bin/sh";
/** Members may connect to the daemon's socket. */
const GROUP = "nix-users";

const HOME = `set -eu
install -d -m 755 "$(dirname "$1")"
install -d -m 750 -o "$2" -g "$2" "$1"
touch "$1/.keep"`;

export const clientUser: Operation = {
  name: "client user",
  decide: (_, { clientUser: line, clientGroups, files }) => {
    const home = { argv: ["sh", "-c", HOME, "home", CLIENT_HOME, CLIENT_USER] };
    if (line === undefined) {
      return change(`no user ${CLIENT_USER}`, `user ${CLIENT_USER} (${CLIENT_UID})`, [
        {
          argv: [
            ...["useradd", "--uid", String(CLIENT_UID), "--user-group", "--no-create-home"],
            ...["--home-dir", CLIENT_HOME, "--shell", SHELL, "--groups", GROUP, CLIENT_USER],
          ],
        },
        home,
      ]);
    }
    const [, , uid, , , homeFolder, shell] = line.split(":");
    if (uid !== String(CLIENT_UID)) {
      return refusal(
        `user ${CLIENT_USER} exists with uid ${uid}, not ${CLIENT_UID}`,
        `remove or rename that user (userdel ${CLIENT_USER}) and run again`,
      );
    }
    if (
      homeFolder !== CLIENT_HOME ||
      shell !== SHELL ||
      clientGroups.toSorted().join() !== [CLIENT_USER, GROUP].toSorted().join()
    ) {
      return change(`${line}; groups ${clientGroups.join(" ")}`, `in ${GROUP} alone`, [
        {
          argv: [
            ...["usermod", "--home", CLIENT_HOME, "--shell", SHELL, "--groups", GROUP],
            CLIENT_USER,
          ],
        },
      ]);
    }
    if (!files.has(`${CLIENT_HOME}/.keep`)) return change("no home", CLIENT_HOME, [home]);
    return noOp(`user ${CLIENT_USER} is in ${GROUP} alone`);
  },
};
