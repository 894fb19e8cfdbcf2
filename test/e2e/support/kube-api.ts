/** A real etcd and kube-apiserver on loopback: objects are checked, defaulted and kept; no pod ever runs. */
import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { request } from "node:https";
import { join } from "node:path";
import { execa } from "execa";
import type { ControlPlane } from "./gap-eks.ts";
import { cacheFolder, freePort } from "./machine.ts";

const binary = (name: string): string =>
  join(process.env["KUBEBUILDER_ASSETS"] ?? join(cacheFolder, "kube-api"), name);

/** True when both programs are there. */
export const hasKubeApi = (): boolean =>
  ["etcd", "kube-apiserver"].every((name) => existsSync(binary(name)));

/** Whoever shows it may do everything. */
export const ADMIN_TOKEN = "admin-token";

export interface KubeApi {
  readonly controlPlane: ControlPlane;
  /** One call to the API; its status and the parsed answer. */
  readonly call: (
    method: string,
    path: string,
    body?: object,
  ) => Promise<{ readonly status: number; readonly body: unknown }>;
  readonly stop: () => Promise<void>;
}

const openssl = (folder: string, args: readonly string[]) =>
  execa("openssl", args, { cwd: folder });

/** A certificate authority, the server's certificate for 127.0.0.1, and the key of service accounts. */
const makeCertificates = async (folder: string): Promise<void> => {
  await openssl(folder, ["genrsa", "-out", "sa.key", "2048"]);
  const newKey = ["req", "-newkey", "rsa:2048", "-nodes"];
  await openssl(folder, [
    ...[...newKey, "-x509", "-days", "30", "-subj", "/CN=test-ca"],
    ...["-keyout", "ca.key", "-out", "ca.crt"],
  ]);
  await openssl(folder, [
    ...[...newKey, "-subj", "/CN=kube-apiserver", "-keyout", "server.key", "-out", "server.csr"],
  ]);
  await writeFile(join(folder, "server.ext"), "subjectAltName=IP:127.0.0.1,DNS:localhost");
  await openssl(folder, [
    ...[
      "x509",
      "-req",
      "-in",
      "server.csr",
      "-CA",
      "ca.crt",
      "-CAkey",
      "ca.key",
      "-CAcreateserial",
    ],
    ...["-days", "30", "-out", "server.crt", "-extfile", "server.ext"],
  ]);
};

const START_TIMEOUT_SEC = 120;

export const startKubeApi = async (folder: string): Promise<KubeApi> => {
  await mkdir(folder, { recursive: true });
  await makeCertificates(folder);
  await writeFile(join(folder, "tokens.csv"), `${ADMIN_TOKEN},admin,admin,"system:masters"\n`);
  const [port, etcdPort, peerPort] = [await freePort(), await freePort(), await freePort()];
  const log = (name: string) => ({ file: join(folder, `${name}.log`) });
  const etcdUrl = `http://127.0.0.1:${etcdPort}`;
  const options = { cwd: folder, reject: false } as const;
  const etcd = execa(
    binary("etcd"),
    [
      ...["--data-dir", join(folder, "etcd"), "--unsafe-no-fsync"],
      ...["--listen-client-urls", etcdUrl, "--advertise-client-urls", etcdUrl],
      ...["--listen-peer-urls", `http://127.0.0.1:${peerPort}`],
    ],
    { ...options, stdout: log("etcd"), stderr: log("etcd") },
  );
  const server = execa(
    binary("kube-apiserver"),
    [
      ...["--etcd-servers", etcdUrl, "--bind-address", "127.0.0.1", "--secure-port", String(port)],
      ...["--advertise-address", "127.0.0.1", "--endpoint-reconciler-type", "none"],
      ...["--service-cluster-ip-range", "10.96.0.0/16", "--cert-dir", join(folder, "certs")],
      ...["--tls-cert-file", "server.crt", "--tls-private-key-file", "server.key"],
      ...["--token-auth-file", "tokens.csv", "--authorization-mode", "RBAC"],
      ...["--service-account-issuer", "https://kubernetes.default.svc"],
      ...["--service-account-signing-key-file", "sa.key", "--service-account-key-file", "sa.key"],
      // Their controllers do not run here: accounts that pods name would be missing, and volumes
      // would never be let go.
      ...["--disable-admission-plugins", "ServiceAccount,StorageObjectInUseProtection"],
    ],
    { ...options, stdout: log("kube-apiserver"), stderr: log("kube-apiserver") },
  );
  const ca = await readFile(join(folder, "ca.crt"));
  const call: KubeApi["call"] = (method, path, body) =>
    new Promise((resolve, reject) => {
      const headers = {
        authorization: `Bearer ${ADMIN_TOKEN}`,
        "content-type": "application/json",
      };
      const outgoing = request({ host: "127.0.0.1", port, path, method, ca, headers }, (answer) => {
        let text = "";
        answer.setEncoding("utf8").on("data", (chunk: string) => {
          text += chunk;
        });
        answer.on("end", () =>
          resolve({
            status: answer.statusCode ?? 0,
            body: text.startsWith("{") ? JSON.parse(text) : text,
          }),
        );
      });
      outgoing.on("error", reject);
      outgoing.end(body === undefined ? undefined : JSON.stringify(body));
    });
  const stop = async (): Promise<void> => {
    server.kill();
    await server;
    etcd.kill();
    await etcd;
  };
  for (let second = 0; ; second++) {
    const ready = await call("GET", "/readyz").catch(() => undefined);
    if (ready?.status === 200) break;
    if (second === START_TIMEOUT_SEC) {
      await stop();
      throw new Error(`kube-apiserver is not ready; see ${folder}/kube-apiserver.log`);
    }
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
  return {
    controlPlane: {
      endpoint: `https://127.0.0.1:${port}`,
      certificateAuthority: ca.toString("base64"),
    },
    call,
    stop,
  };
};
