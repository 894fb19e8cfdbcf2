import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { describe, expect, test } from "vitest";
import { bundle } from "../../../client/bundle.ts";
import { CANARY } from "../../../config/canary.ts";
import { textDerivation } from "../../../doctor/derivation.ts";
import { channelOf, logInAsClient } from "../../../doctor/server-login.ts";
import { StoreClient } from "../../../doctor/store-client.ts";
import type { World } from "./world.ts";

const root = join(import.meta.dirname, "../../..");
/** The stack's address, which leads nowhere here: ssh is told where to connect instead. */
const ADDRESS = "192.0.2.7";

export const doctor = (world: () => World): void => {
  /** The server's host key, as the provisioner pinned it. */
  const hostKey = async (): Promise<string> => {
    const pinned = await readFile(world().knownHosts, "utf8");
    return /ssh-ed25519 \S+/.exec(pinned)?.[0] ?? "";
  };

  /** A folder as a deploy and the provisioner leave it. */
  const left = async (): Promise<string> => {
    const folder = join(world().folder, "left");
    await mkdir(folder, { recursive: true });
    const outputs = {
      "example-nix-server": {
        instanceId: "i-1",
        privateAddress: "10.77.0.1",
        sshAddress: ADDRESS,
        volumeId: "vol-1",
        nfsClientSecurityGroupId: "sg-1",
      },
      "example-ingress": {
        endpoint: "bazel.example.com",
        loadBalancerDnsName: "lb.example.com",
        targetGroupArn: "arn:1",
        apiKeySecretNames: [],
      },
      "example-buildbarn": { pools: [] },
    };
    await writeFile(join(folder, "outputs.json"), JSON.stringify(outputs));
    await writeFile(join(folder, "known_hosts"), `${ADDRESS} ${await hostKey()}\n`);
    return folder;
  };

  const run = async (identityFile: string) => {
    const { exitCode, stdout } = await execa(
      process.execPath,
      [
        ...["--import", "tsx", "doctor/cli.ts", "--only", "server"],
        ...["--outputs", join(await left(), "outputs.json")],
        ...["--ssh-address", `127.0.0.1:${world().server.sshPort}`],
        ...["--identity-file", identityFile, "--admin-key", world().adminKey],
      ],
      { cwd: root, reject: false, env: { SSH_AUTH_SOCK: "" } },
    );
    return { exitCode, stdout };
  };

  describe("the doctor's server half", () => {
    test("finds the server well", async () => {
      const { exitCode, stdout } = await run(world().clientKey);
      const lines = stdout.split("\n");
      expect(lines[0]).toMatch(/^ok {6}ssh: nix@127\.0\.0\.1:\d+ is let in, and shows the pinned/);
      expect(lines[1]).toBe("ok      gate: the client login opens no shell");
      expect(lines[2]).toMatch(
        /^ok {6}store: Nix [\d.]+ answers, and has the workers' canary path$/,
      );
      expect(lines[3]).toMatch(
        /^ok {6}free space and roots: [\d.]+ GiB free of 3\.\d; .+ roots of/,
      );
      expect(lines[4]).toBe("4 ok, 0 failed, 0 skipped");
      expect(exitCode).toBe(0);
    });

    test("finds that somebody is no client", async () => {
      const { exitCode, stdout } = await run(world().adminKey);
      expect(stdout).toContain("none of your keys is accepted");
      expect(exitCode).toBe(1);
    });

    test("builds its canary through the gate, at the path that it computed", async () => {
      const client = await logInAsClient({
        pinnedAs: { host: ADDRESS, port: 22 },
        at: { host: "127.0.0.1", port: world().server.sshPort },
        knownHostsFile: join(await left(), "known_hosts"),
        clientKey: await readFile(world().clientKey, "utf8"),
      });
      try {
        const { stream, stderr } = await channelOf(client, "nix-daemon --stdio");
        const store = await StoreClient.open(stream, stderr);
        const canary = textDerivation("nixbarn-doctor", 'a "quoted" \\ text', "x86_64-linux");
        expect(await store.isValid(canary.outputPath)).toBe(false);
        await store.build(canary);
        expect(await store.isValid(canary.outputPath)).toBe(true);
        expect(await world().onServer(`cat ${canary.outputPath}`)).toBe('a "quoted" \\ text');
        const impossible = textDerivation("nixbarn-doctor", "x", "riscv64-linux");
        await expect(store.build(impossible)).rejects.toThrow(/the Nix daemon refuses: .*riscv64/);
        store.close();
      } finally {
        client.end();
      }
    });
  });

  test("the bundle's files lead another machine's Nix to the store, and trust its signatures", async () => {
    const files = bundle({
      environment: "example",
      endpoint: "bazel.example.com",
      apiKey: "0".repeat(64),
      keyName: "laptops",
      pools: [],
      sshAddress: "10.77.0.1",
      knownHosts: `10.77.0.1 ${await hostKey()}\n`,
      storePublicKey: (await readFile(join(world().folder, "store-public-key"), "utf8")).trim(),
      identityFile: "/root/.ssh/id",
      folder: "/root/nixbarn",
      bazelPackage: "nixbarn",
    });
    const writing = files.map(
      ({ name, mode, content }) =>
        `base64 -d > ${name} <<'FILE'\n${Buffer.from(content).toString("base64")}\nFILE\nchmod ${mode.toString(8)} ${name}`,
    );
    const said = await world().onClient(`
mkdir -p /root/nixbarn && cd /root/nixbarn
${writing.join("\n")}
. ./env.sh
mkdir -p /tmp/other
export NIX_SSHOPTS="-F /root/nixbarn/ssh_config" NIX_USER_CONF_FILES=/root/nixbarn/nix.conf
nix path-info --store ssh-ng://$BAZEL_NIX_REMOTE ${CANARY.storePath} < /dev/null
grep -q "$(cut -d= -f2- nix.conf | tail -n 1 | tr -d ' ')" <(nix show-config 2>/dev/null | grep trusted-public-keys) && echo trusted
ssh -F ssh_config -O exit $BAZEL_NIX_REMOTE 2>&1`);
    expect(said).toContain(CANARY.storePath);
    expect(said).toContain("trusted");
    expect(said).toContain("Exit request sent");
  });
};
