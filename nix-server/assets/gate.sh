#!/bin/bash -p
# Forced command of Bazel clients: admits what rules_nixpkgs runs, word for word, and nothing else.
# Nothing of the request reaches a shell: it is matched as a whole (newlines included) and taken apart.
set -u
export LC_ALL=C
request=${SSH_ORIGINAL_COMMAND-}
roots=rules_nixpkgs_gcroots
run() { exec /usr/bin/env -i HOME="$HOME" USER="$USER" LOGNAME="$USER" PATH=/usr/bin:/bin "$@"; }

add_root='^nix-store --add-root ~/rules_nixpkgs_gcroots/([A-Za-z0-9_][A-Za-z0-9._+~=-]{0,200}) -r (/nix/store/[0-9a-z]{32}-[A-Za-z0-9+._?=-]{1,211})$'
case $request in
  'nix-daemon --stdio' | "'nix-daemon' '--stdio'") run nix-daemon --stdio ;;
  'nix-store --serve' | "'nix-store' '--serve'") run nix-store --serve ;;
  'nix-store --serve --write' | "'nix-store' '--serve' '--write'") run nix-store --serve --write ;;
esac
if [[ $request =~ $add_root ]]; then
  name=${BASH_REMATCH[1]} path=${BASH_REMATCH[2]}
  /bin/mkdir -p "$HOME/$roots"
  run nix-store --add-root "$HOME/$roots/$name" -r "$path"
fi
echo 'nixbarn: this login admits only the Nix commands of rules_nixpkgs' >&2
exit 126
