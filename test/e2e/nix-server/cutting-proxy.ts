import { connect, createServer, type Socket } from "node:net";

export interface CuttingProxy {
  readonly port: number;
  /** Breaks all connections, as when a network goes away. */
  readonly cut: () => void;
  readonly close: () => void;
}

/** A TCP connection to a port of this machine that can be cut. */
export const startCuttingProxy = (target: number): Promise<CuttingProxy> =>
  new Promise((resolve) => {
    const open = new Set<Socket>();
    const server = createServer((near) => {
      const far = connect(target, "127.0.0.1");
      for (const socket of [near, far]) {
        open.add(socket);
        socket.on("error", () => {});
        socket.on("close", () => open.delete(socket));
      }
      near.pipe(far).pipe(near);
    });
    const cut = (): void => {
      for (const socket of open) socket.destroy();
    };
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      if (typeof address !== "object" || address === null) throw new Error("no address");
      resolve({ port: address.port, cut, close: () => server.close() });
    });
  });
