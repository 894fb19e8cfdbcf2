/** The login of Bazel clients on the Nix server: a forced command, no shell. */
export const CLIENT_USER = "nix";
/** The alias that BAZEL_NIX_REMOTE names. */
export const NIX_REMOTE = "nix-server";
