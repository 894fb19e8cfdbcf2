#!/usr/bin/env bash
# Installs what the e2e suites need beside Node: Python's moto in a virtual environment, a Kubernetes
# API server, QEMU with what builds its images, Debian's Bazel, and, where the Terraform registry cannot
# be reached, the providers built from their Go modules. Quick when all is there. Caches live in
# ~/.cache/nixbarn.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
cache=${NIXBARN_CACHE:-$HOME/.cache/nixbarn}
moto_version=5.2.5

need() { # command, how to get it
  command -v "$1" >/dev/null || { echo "install.sh: $1 is missing: $2" >&2; exit 1; }
}
need terraform "https://developer.hashicorp.com/terraform/install"
need python3 "install python3 with venv from your distribution"

if [ "$("$cache/venv/bin/python" -c 'import importlib.metadata as m; print(m.version("moto"))' 2>/dev/null)" != "$moto_version" ]; then
  if ! python3 -c 'import ensurepip' 2>/dev/null; then # Debian packages it apart
    [ "$(id -u)" = 0 ] || { echo "install.sh: python3-venv is missing: apt-get install python3-venv" >&2; exit 1; }
    apt-get update -qq && apt-get install -y -qq python3-venv
  fi
  python3 -m venv "$cache/venv"
  "$cache/venv/bin/pip" install --quiet --disable-pip-version-check "moto[server]==$moto_version"
fi
"$here/support/terraform-mirror.sh"
"$here/support/kube-api.sh"

missing=()
command -v qemu-system-x86_64 >/dev/null || missing+=(qemu-system-x86)
command -v qemu-img >/dev/null || missing+=(qemu-utils)
command -v mmdebstrap >/dev/null || missing+=(mmdebstrap debian-archive-keyring)
command -v ssh >/dev/null || missing+=(openssh-client)
command -v mke2fs >/dev/null || missing+=(e2fsprogs)
command -v openssl >/dev/null || missing+=(openssl)
command -v bazel >/dev/null || missing+=(bazel-bootstrap)
if [ ${#missing[@]} -gt 0 ]; then
  [ "$(id -u)" = 0 ] || { echo "install.sh: missing: apt-get install ${missing[*]}" >&2; exit 1; }
  apt-get update -qq && apt-get install -y -qq --no-install-recommends "${missing[@]}"
fi
