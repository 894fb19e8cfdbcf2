/** The login of Bazel clients on the Nix server: a forced command, no shell. */
export const CLIENT_USER = "nix";
/** The alias that BAZEL_NIX_REMOTE names. */
export const NIX_REMOTE = "nix-server";
/** Bazel's --config of what all pools share, so no pool can have this name. */
export const BASE_CONFIG = "nixbarn";
