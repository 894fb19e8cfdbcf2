/** A file that is in every server's store: who does not see it does not see the store. */
export const CANARY = {
  name: "nixbarn-canary",
  content: "the Nix store is mounted\n",
  /** Nix derives the path from name and content alone (`nix-store --add`), so it is known beforehand. */
  storePath: "/nix/store/6b2x6grslrz5ivvqp9l4zl80iqbl3lps-nixbarn-canary",
} as const;
