import type { Duplex } from "node:stream";
import { Wire } from "../../doctor/wire.ts";

export interface FakeNixDaemonOptions {
  /** Paths that the store holds; builds add theirs. */
  readonly paths: Set<string>;
  /** Told the text of each derivation that is built; what it returns is the builder's failure. */
  readonly onBuild?: (derivation: string) => string | undefined;
  /** Default: false. */
  readonly trusted?: boolean;
}

const LAST = 0x616c7473;
const ERROR = 0x63787470;
const NEXT = 0x6f6c6d67;
const ACTIVITY_START = 0x53545254;
const ACTIVITY_STOP = 0x53544f50;
const ACTIVITY_RESULT = 0x52534c54;

/** The far side of `nix-daemon --stdio`, chatty as the real one is. */
export const fakeNixDaemon =
  (options: FakeNixDaemonOptions) =>
  (stream: Duplex): void => {
    const wire = new Wire(stream, () => "");
    const log = (): void => {
      wire.send(NEXT, "some words\n");
      wire.send(ACTIVITY_START, 7, 3, 105, "building", [], 0);
      wire.send(ACTIVITY_RESULT, 7, 101);
      wire.send(2, 0, 5, 1, "a line");
      wire.send(ACTIVITY_STOP, 7);
    };
    const refuse = (message: string): void => wire.send(ERROR, "Error", 0, "Error", message, 0, 0);

    const serve = async (): Promise<void> => {
      await wire.number();
      wire.send(0x6478696f, (1 << 8) | 38);
      for (const _ of ["version", "affinity", "reserve"]) await wire.number();
      wire.send("2.26.3", options.trusted === true ? 1 : 2, LAST);
      const derivations = new Map<string, string>();
      for (;;) {
        const operation = await wire.number();
        log();
        if (operation === 1) {
          const path = await wire.string();
          wire.send(LAST, options.paths.has(path) ? 1 : 0);
        } else if (operation === 8) {
          const name = await wire.string();
          const text = await wire.string();
          await wire.strings();
          const path = `/nix/store/${"0".repeat(32)}-${name}`;
          derivations.set(path, text);
          wire.send(LAST, path);
        } else if (operation === 9) {
          const [wanted = ""] = await wire.strings();
          await wire.number();
          const text = derivations.get(wanted.replace(/!out$/, "")) ?? "";
          const failure = options.onBuild?.(text);
          if (failure !== undefined) refuse(failure);
          else {
            const [, path = ""] = /\("out","([^"]+)"/.exec(text) ?? [];
            options.paths.add(path);
            wire.send(LAST, 1);
          }
        } else refuse(`invalid operation ${operation}`);
      }
    };
    // The client hangs up when it has what it wants.
    serve().catch(() => stream.end());
  };
