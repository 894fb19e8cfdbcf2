import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";

/** A port of loopback in front of another one, which may be as if it were not there. */
export class Door {
  /** Refuses connections when false. */
  open = true;
  private readonly server: Server;
  private readonly inside = new Map<Socket, Socket>();

  /** @param target port of loopback that it leads to */
  constructor(target: number) {
    this.server = createServer((near) => {
      if (!this.open) return near.destroy();
      const far = connect(target, "127.0.0.1");
      this.inside.set(near, far);
      for (const socket of [near, far]) socket.on("error", () => {});
      near.on("close", () => this.inside.delete(near));
      return near.pipe(far).pipe(near);
    });
  }

  /** @returns the port of loopback that it is at */
  async listen(): Promise<number> {
    this.server.listen(0, "127.0.0.1");
    await once(this.server, "listening");
    const address = this.server.address();
    if (address === null || typeof address === "string") throw new Error("a door has no port");
    return address.port;
  }

  /** Breaks what goes through, as when a network goes away for a moment. */
  cut(): void {
    for (const pair of this.inside) for (const socket of pair) socket.destroy();
  }

  /** Breaks what goes through, and refuses what comes. */
  close(): void {
    this.open = false;
    this.cut();
  }

  /**
   * As when the node behind it is lost and another takes its place: whoever came through before never
   * hears a word again, not even a goodbye; whoever comes from now on does.
   */
  loseNode(): void {
    for (const [near, far] of this.inside) {
      near.unpipe(far);
      far.unpipe(near);
      near.resume();
      far.destroy();
    }
    this.inside.clear();
  }

  stop(): void {
    this.close();
    this.server.close();
  }
}
