import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Duplex } from "node:stream";
import ssh2 from "ssh2";
import { sshPublicKeyProblem } from "../../config/ssh-key.ts";

const { Server, utils } = ssh2;

/** An ed25519 key pair in OpenSSH's format; ssh2 makes a damaged one now and then. */
export const sshKeyPair = (): { readonly private: string; readonly public: string } => {
  for (;;) {
    const pair = utils.generateKeyPairSync("ed25519");
    const whole = sshPublicKeyProblem(pair.public) === undefined;
    if (whole && !(utils.parseKey(pair.private) instanceof Error)) return pair;
  }
};

/** What a command ends with; "cut" breaks the connection, "hang" never ends. */
export type Answer =
  | { readonly code: number; readonly stdout?: string; readonly stderr?: string }
  | "cut"
  | "hang";

export interface SshServerOptions {
  /** The public key that may log in. */
  readonly admits: string;
  readonly answer: (command: string, stdin: string) => Answer;
  readonly port?: number;
  readonly hostKey?: string;
  /** Lets connections go through to other addresses, as a jump host does. */
  readonly forwards?: boolean;
  /** The only login that there is. Default: any. */
  readonly user?: string;
  /** Takes a command over, to talk with the client; undefined leaves it to `answer`. */
  readonly talk?: (command: string) => ((stream: Duplex) => void) | undefined;
}

export interface SshServer {
  readonly port: number;
  /** Private; it can be given to another server. */
  readonly hostKey: string;
  /** As known_hosts has it: type and base64. */
  readonly hostPublicKey: string;
  readonly commands: string[];
  readonly forwarded: string[];
  readonly close: () => Promise<void>;
}

/** An ssh server in this process. */
export const startSshServer = (options: SshServerOptions): Promise<SshServer> => {
  const hostKey = options.hostKey ?? sshKeyPair().private;
  const admitted = utils.parseKey(options.admits);
  if (admitted instanceof Error) throw admitted;
  const host = utils.parseKey(hostKey);
  if (host instanceof Error) throw host;
  const hostPublicKey = `${host.type} ${host.getPublicSSH().toString("base64")}`;
  const commands: string[] = [];
  const forwarded: string[] = [];
  const clients = new Set<ssh2.Connection>();
  const server = new Server({ hostKeys: [hostKey] }, (client) => {
    clients.add(client);
    client.on("error", () => {});
    client.on("close", () => clients.delete(client));
    client.on("authentication", (context) => {
      if (context.method !== "publickey") return context.reject(["publickey"]);
      const right =
        context.key.data.equals(admitted.getPublicSSH()) &&
        (options.user ?? context.username) === context.username;
      const { signature, blob } = context;
      if (!right) return context.reject(["publickey"]);
      if (signature === undefined || blob === undefined) return context.accept();
      return admitted.verify(blob, signature, context.hashAlgo) === true
        ? context.accept()
        : context.reject();
    });
    client.on("tcpip", (accept, reject, { destIP, destPort }) => {
      if (options.forwards !== true) return reject();
      forwarded.push(`${destIP}:${destPort}`);
      const far = connect(destPort, destIP, () => {
        const near = accept();
        near.pipe(far).pipe(near);
      });
      far.on("error", () => reject());
    });
    client.on("session", (acceptSession) => {
      acceptSession().on("exec", (accept, _, { command }) => {
        commands.push(command);
        const stream = accept();
        const talk = options.talk?.(command);
        if (talk !== undefined) return talk(stream);
        let stdin = "";
        const end = (): void => {
          const answer = options.answer(command, stdin);
          if (answer === "hang") return;
          if (answer === "cut") {
            client.end();
            return;
          }
          stream.write(answer.stdout ?? "");
          stream.stderr.write(answer.stderr ?? "");
          stream.exit(answer.code);
          stream.end();
        };
        stream.setEncoding("utf8").on("data", (chunk: string) => {
          stdin += chunk;
        });
        // The lock's holder keeps its input open: it is answered at once.
        if (command.includes("flock")) {
          stream.write("locked\n");
        } else stream.on("end", end);
      });
    });
  });
  return new Promise((resolve, reject) => {
    server.on("error", reject);
    server.listen(options.port ?? 0, "127.0.0.1", () => {
      const address = server.address();
      if (typeof address !== "object" || address === null) return reject(new Error("no address"));
      resolve({
        port: address.port,
        hostKey,
        hostPublicKey,
        commands,
        forwarded,
        close: () =>
          new Promise((closed) => {
            for (const client of clients) client.end();
            server.close(() => closed());
          }),
      });
    });
  });
};

/** A folder with texts as files, for options that name files. */
export const filesIn = (texts: Readonly<Record<string, string>>) => {
  const folder = mkdtempSync(join(tmpdir(), "nixbarn-files-"));
  for (const [name, text] of Object.entries(texts)) {
    writeFileSync(join(folder, name), text, { mode: 0o600 });
  }
  return { folder, remove: () => rmSync(folder, { recursive: true }) };
};
