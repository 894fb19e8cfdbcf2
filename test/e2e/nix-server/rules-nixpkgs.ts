import { describe, expect, test } from "vitest";
import type { World } from "./world.ts";

/** As `_nixpkgs_build_and_symlink` of rules_nixpkgs' core/nixpkgs.bzl does it. */
const STORE = "ssh-ng://nix-server?max-connections=1";

export const rulesNixpkgs = (world: () => World): void => {
  describe("the four steps of rules_nixpkgs, from another machine's Nix", () => {
    const OUT = /\/nix\/store\/[0-9a-z]{32}-hello-nixbarn$/;
    let path = "";

    test("1. builds on the server what was evaluated here", async () => {
      await world().makeClient();
      path = await world().onClient(`
cat > hello.nix <<'NIX'
derivation {
  name = "hello-nixbarn"; system = "x86_64-linux"; builder = "/bin/sh";
  args = [ "-c" "echo hello > $out" ];
}
NIX
nix-build hello.nix --no-out-link --store '${STORE}' --eval-store auto < /dev/null`);
      expect(path).toMatch(OUT);
      expect(await world().onServer(`cat ${path}`)).toBe("hello");
    });

    test("2. adds a root on the server", async () => {
      await world().onClient(
        `ssh nix-server "nix-store --add-root ~/rules_nixpkgs_gcroots/hello -r ${path}" < /dev/null`,
      );
      expect(await world().onServer(`nix-store --query --roots ${path}`)).toContain(
        "/nix/var/nixbarn/home/rules_nixpkgs_gcroots/hello",
      );
    });

    test("3. copies the signed path to the client, who trusts the store's key", async () => {
      await world().onClient(`nix copy --from '${STORE}' ${path} < /dev/null`);
      expect(await world().onClient(`cat ${path}`)).toBe("hello");
    });

    test("and a client who does not trust it gets nothing", async () => {
      const said = await world().onClient(`
nix copy --from '${STORE}' --to /tmp/other --option trusted-public-keys '' ${path} < /dev/null 2>&1 || echo failed`);
      expect(said).toContain("lacks a signature by a trusted key");
      expect(said).toContain("failed");
    });

    test("4. builds again, and finds it built", async () => {
      expect(await world().onClient("nix-build hello.nix --no-out-link < /dev/null")).toBe(path);
    });
  });

  test("a builder cannot reach the instance metadata address", async () => {
    const rules = await world().onServer(
      "systemctl show nix-daemon.service --property=IPAddressDeny",
    );
    expect(rules).toContain("169.254.169.254/32");
  });
};
