#!/bin/bash
# Removes clients' roots that nobody refreshed for ROOTS_OLDER_THAN_DAYS, then collects garbage if /nix
# is filled above ABOVE_FILL_PERCENT. Does nothing during a client's session. --dry-run only tells.
set -euo pipefail
dry_run=${1-}
if pgrep --uid "$CLIENT_USER" >/dev/null; then
  echo "a client's session is open: nothing is collected"
  exit 0
fi
mkdir -p "$ROOTS"
while IFS= read -r -d '' root; do
  echo "root not refreshed for more than $ROOTS_OLDER_THAN_DAYS days: $root"
  [ "$dry_run" = --dry-run ] || rm -- "$root"
done < <(find "$ROOTS" -maxdepth 1 -type l -mtime "+$ROOTS_OLDER_THAN_DAYS" -print0)
fill=$(df --output=pcent /nix | tr -dc 0-9)
if [ "$fill" -lt "$ABOVE_FILL_PERCENT" ]; then
  echo "/nix is filled to $fill %, below $ABOVE_FILL_PERCENT %: nothing is collected"
elif [ "$dry_run" = --dry-run ]; then
  nix-store --gc --print-dead
else
  nix-store --gc
fi
