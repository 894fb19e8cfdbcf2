import type { Client } from "ssh2";
import { CANARY } from "../config/canary.ts";
import { CLIENT_USER } from "../config/login.ts";
import { HostKeyRefused, LoginRefused } from "../nix-server/ssh-connection.ts";
import { type Check, failed, ok, type Verdict } from "./check.ts";
import { channelOf, logInAsClient, outputOf, type ServerTarget } from "./server-login.ts";
import { StoreClient } from "./store-client.ts";

export const SSH = "ssh";
export const STORE = "store";

/** Whatever of this comes through, the login is not held by its forced command. */
const FORBIDDEN = ["echo nixbarn-$((40 + 2))", "/bin/sh -c 'echo nixbarn-$((40 + 2))'"];
const GOT_A_SHELL = "nixbarn-42";

const logInOnce = async (
  server: ServerTarget,
  keep: (client: Client) => void,
): Promise<Verdict> => {
  const { host, port } = server.at;
  try {
    const client = await logInAsClient(server);
    // A connection that breaks later is told by the check that uses it then.
    client.on("error", () => {});
    keep(client);
    return ok(`${CLIENT_USER}@${host}:${port} is let in, and shows the pinned host key`);
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    if (error instanceof HostKeyRefused) {
      return failed(
        text,
        "if the server is right, pin its key: npm run nix-server -- plan; otherwise somebody may be listening",
      );
    }
    if (error instanceof LoginRefused) {
      return failed(
        `${CLIENT_USER}@${host}:${port}: none of your keys is accepted`,
        "give your key with --identity-file or load it into the ssh agent; an admin adds it to nixServer.clients",
      );
    }
    return failed(
      `${host}:${port} cannot be reached`,
      "see that the instance runs, and that nixServer.sshCidrs has your address",
    );
  }
};

const refusesShell = async (client: Client): Promise<Verdict> => {
  const answers = await Promise.all(FORBIDDEN.map((command) => outputOf(client, command)));
  return answers.some((answer) => answer.includes(GOT_A_SHELL))
    ? failed(
        "the client login opens a shell",
        "the forced command is not in force: npm run nix-server -- apply",
      )
    : ok("the client login opens no shell");
};

const STORE_REMEDY = "see what is wrong on the server: npm run nix-server -- plan";

/** Opens the store as Bazel clients do. */
export const openStore = async (client: Client): Promise<StoreClient> => {
  const { stream, stderr } = await channelOf(client, "nix-daemon --stdio");
  return StoreClient.open(stream, stderr);
};

const judgeStore = async (store: StoreClient): Promise<Verdict> => {
  if (store.trusted) {
    return failed(
      "the daemon trusts the client login, which could then change any path",
      "npm run nix-server -- apply",
    );
  }
  if (!(await store.isValid(CANARY.storePath))) {
    return failed(`${CANARY.storePath}, which workers look for, is not there`, STORE_REMEDY);
  }
  return ok(`Nix ${store.version} answers, and has the workers' canary path`);
};

const storeAnswers = async (client: Client): Promise<Verdict> => {
  try {
    const store = await openStore(client);
    return await judgeStore(store).finally(() => store.close());
  } catch (error) {
    return failed(error instanceof Error ? error.message : String(error), STORE_REMEDY);
  }
};

/** The Nix server as Bazel clients see it; `client` is there once the check SSH is in order. */
export const serverChecks = (
  server: ServerTarget,
): { readonly checks: readonly Check[]; readonly client: () => Client; close: () => void } => {
  let login: Client | undefined;
  const client = (): Client => {
    if (login === undefined) throw new Error("not logged in");
    return login;
  };
  const keep = (one: Client): void => {
    login = one;
  };
  return {
    checks: [
      { name: SSH, run: () => logInOnce(server, keep) },
      { name: "gate", needs: [SSH], run: () => refusesShell(client()) },
      { name: STORE, needs: [SSH], run: () => storeAnswers(client()) },
    ],
    client,
    close: () => login?.end(),
  };
};
