import { createServer } from "node:net";
import { homedir } from "node:os";
import { join } from "node:path";

/** What the suites download and build, kept from run to run. test/e2e/install.sh uses the same. */
export const cacheFolder = process.env["NIXBARN_CACHE"] ?? join(homedir(), ".cache", "nixbarn");

/** A TCP port of loopback that nobody uses now. */
export const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() =>
        typeof address === "object" && address !== null
          ? resolve(address.port)
          : reject(new Error("no free port")),
      );
    });
  });
