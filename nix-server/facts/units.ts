/** { loadState: "loaded", activeState: "active", unitFileState: "enabled", activeSinceSec: 1764000000 } */
export interface UnitFact {
  readonly loadState: string;
  readonly activeState: string;
  readonly unitFileState: string;
  /** Unix time; 0 when it never was active. */
  readonly activeSinceSec: number;
}

/** Reads `systemctl show --timestamp=unix` of several units, by the unit's name. */
export const parseUnits = (text: string): ReadonlyMap<string, UnitFact> => {
  const units = new Map<string, UnitFact>();
  for (const block of text.split(/\n\s*\n/)) {
    const values = new Map(
      block.split("\n").map((line): [string, string] => {
        const at = line.indexOf("=");
        return [line.slice(0, at), line.slice(at + 1)];
      }),
    );
    const id = values.get("Id");
    if (id === undefined) continue;
    units.set(id, {
      loadState: values.get("LoadState") ?? "",
      activeState: values.get("ActiveState") ?? "",
      unitFileState: values.get("UnitFileState") ?? "",
      activeSinceSec: Number(values.get("ActiveEnterTimestamp")?.replace("@", "") || 0),
    });
  }
  return units;
};
