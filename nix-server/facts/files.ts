/** { mode: "644", owner: "root", changedAtSec: 1764000000, content: "…" } */
export interface FileFact {
  readonly mode: string;
  readonly owner: string;
  readonly changedAtSec: number;
  /** Undefined for secret files: their contents never leave the server. */
  readonly content: string | undefined;
}

/** Reads lines of "<path> <mode> <owner> <mtime> <base64 | secret>". */
export const parseFiles = (text: string): ReadonlyMap<string, FileFact> =>
  new Map(
    text.split("\n").flatMap((line): [string, FileFact][] => {
      const [path, mode, owner, changedAt, content = ""] = line.split(" ");
      if (!path || mode === undefined || owner === undefined) return [];
      return [
        [
          path,
          {
            mode,
            owner,
            changedAtSec: Number(changedAt),
            content:
              content === "secret" ? undefined : Buffer.from(content, "base64").toString("utf8"),
          },
        ],
      ];
    }),
  );
