/** What stands for what in a configuration. */
export interface Places {
  /** Addresses, as "storage-0.storage.nixbarn:8981" or ":8980": whole strings. */
  readonly addresses: ReadonlyMap<string, string>;
  /** Folders, as "/worker": each also below itself, and behind unix://. */
  readonly folders: ReadonlyMap<string, string>;
}

const STRING = /(["'])([^"'\n]*)\1/g;

const relocateString = (text: string, { addresses, folders }: Places): string => {
  const address = addresses.get(text);
  if (address !== undefined) return address;
  const [, scheme = "", path = ""] = /^(unix:\/\/)?(\/.*)$/.exec(text) ?? [];
  for (const [from, to] of folders) {
    if (path === from || path.startsWith(`${from}/`)) return scheme + to + path.slice(from.length);
  }
  return text;
};

/**
 * The same configuration, JSON or Jsonnet, at other addresses and in other folders: nothing but
 * strings that are an address or a path is touched.
 */
export const relocate = (configuration: string, places: Places): string =>
  configuration.replace(
    STRING,
    (_, quote: string, text: string) => `${quote}${relocateString(text, places)}${quote}`,
  );
