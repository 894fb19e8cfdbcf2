import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { World } from "./world.ts";

const publicKeyFile = join(import.meta.dirname, "../../../out/127.0.0.1/store-public-key");

/** A new instance, the same volume, which has grown meanwhile. */
export const replacement = (world: () => World): void => {
  let signingKey = "";
  let store = "";

  test("a replaced machine's other host key is refused, unless it was replaced on purpose", async () => {
    signingKey = await readFile(publicKeyFile, "utf8");
    store = await world().onServer("ls /nix/store | sort");
    await world().replaceServer(6);
    const refused = await world().nixServer("apply");
    expect(refused.stderr).toContain("run once with --replaced");
    expect(refused.exitCode).toBe(1);
    const { exitCode, stdout } = await world().nixServer("apply", "--replaced");
    expect(stdout).toMatch(
      /~ store volume: size\n {6}before: 4\d+ bytes\n {6}after: {2}6\d+ bytes/,
    );
    expect(exitCode).toBe(0);
  });

  test("it serves the same store under the same host key and signing key", async () => {
    const plan = await world().nixServer("plan");
    expect(plan.stdout).toContain("0 to change, 14 in order, 0 refused");
    expect(await readFile(publicKeyFile, "utf8")).toBe(signingKey);
    expect(await world().onServer("ls /nix/store | sort")).toBe(store);
  });

  test("the client that had it mounted reads on, and builds again", async () => {
    expect(await world().onClient("cat /mnt/ours/*-nixbarn-canary")).toBe(
      "the Nix store is mounted",
    );
    await world().onClient(
      "nix-build hello.nix --no-out-link --store 'ssh-ng://nix-server?max-connections=1' --eval-store auto < /dev/null",
    );
  });
};
