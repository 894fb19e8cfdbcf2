import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { applyAndCut } from "./interruption.ts";
import type { World } from "./world.ts";

/** A new instance, the same volume, which has grown meanwhile. */
export const replacement = (world: () => World): void => {
  let signingKey = "";
  let store = "";

  test("a replaced machine's other host key is refused, unless it was replaced on purpose", async () => {
    signingKey = await readFile(join(world().folder, "store-public-key"), "utf8");
    store = await world().onServer("ls /nix/store | sort");
    await world().replaceServer(6);
    const refused = await world().nixServer("apply");
    expect(refused.stderr).toContain("run once with --replaced");
    expect(refused.exitCode).toBe(1);
    expect(await applyAndCut(world(), "store volume: size")).toMatch(
      /^store volume: size: .*connection cut/,
    );
    const { exitCode } = await world().nixServer("apply", "--replaced");
    const facts = JSON.parse((await world().nixServer("facts")).stdout);
    expect(facts.fileSystemBytes).toBe(6 * 1024 ** 3);
    expect(exitCode).toBe(0);
  });

  test("it serves the same store under the same host key and signing key", async () => {
    const plan = await world().nixServer("plan");
    expect(plan.stdout).toContain("0 to change, 14 in order, 0 refused");
    expect(await readFile(join(world().folder, "store-public-key"), "utf8")).toBe(signingKey);
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
