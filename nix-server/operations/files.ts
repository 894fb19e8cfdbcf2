import type { FileFact } from "../facts/files.ts";
import type { Command } from "../host.ts";
import type { ManagedFile } from "../managed-files.ts";
import { change, noOp, type Outcome } from "../outcome.ts";

/** Written beside, then moved: a cut connection leaves the old file or the new one, never half of one. */
const WRITE = `set -eu
mkdir -p "$(dirname "$1")"
cat > "$1.nixbarn-new"
[ "$(stat --format %s "$1.nixbarn-new")" = "$3" ] || { rm "$1.nixbarn-new"; echo "input was cut short" >&2; exit 1; }
chown root:root "$1.nixbarn-new"
chmod "$2" "$1.nixbarn-new"
mv "$1.nixbarn-new" "$1"`;

export const writeFile = ({ path, mode, content }: ManagedFile): Command => ({
  argv: ["sh", "-c", WRITE, "write", path, mode, String(Buffer.byteLength(content))],
  stdin: content,
});

const differs = (want: ManagedFile, have: FileFact | undefined): string | undefined => {
  if (have === undefined) return "missing";
  if (have.content !== want.content) return "different content";
  if (have.mode !== want.mode) return `mode ${have.mode}`;
  return have.owner === "root" ? undefined : `owned by ${have.owner}`;
};

/** Puts back every file of a group that is not as it should be. */
export const decideFiles = (
  wanted: readonly ManagedFile[],
  files: ReadonlyMap<string, FileFact>,
  after: readonly Command[] = [],
): Outcome => {
  const wrong = wanted.flatMap((file) => {
    const difference = differs(file, files.get(file.path));
    return difference === undefined ? [] : [{ file, difference }];
  });
  if (wrong.length === 0) return noOp(`${wanted.length} files are as they should be`);
  return change(
    wrong.map(({ file, difference }) => `${file.path}: ${difference}`).join("; "),
    wrong.map(({ file }) => `${file.path} (mode ${file.mode})`).join("; "),
    [...wrong.map(({ file }) => writeFile(file)), ...after],
  );
};
