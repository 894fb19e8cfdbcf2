#!/usr/bin/env bash
# Builds the Terraform providers that package.json's bindings pin, from their Go modules, into a
# filesystem mirror, for machines that cannot reach the Terraform registry. With the registry within
# reach it does nothing: `terraform init` then gets the pinned releases themselves.
#
# What is built is the nearest revision that Go modules offer, filed under the pinned version. The
# AWS provider takes about half an hour and 10 GB of memory on two cores, once; the others a minute.
# Needs: go >= 1.26. The mirror is ${TERRAFORM_MIRROR:-~/.cache/nixbarn/terraform-mirror}.
set -euo pipefail
mirror=${TERRAFORM_MIRROR:-$HOME/.cache/nixbarn/terraform-mirror}

registry_answers() {
  local work; work=$(mktemp -d)
  echo '{"terraform":{"required_providers":{"random":{"source":"hashicorp/random","version":"3.7.2"}}}}' >"$work/main.tf.json"
  env -u TF_CLI_CONFIG_FILE timeout 60 terraform -chdir="$work" init -input=false >/dev/null 2>&1
}

if [ ! -e "$mirror/terraform.rc" ] && registry_answers; then
  exit 0
fi
command -v go >/dev/null || {
  echo "terraform-mirror.sh: neither the Terraform registry nor Go (>= 1.26) is there; install Go" >&2
  exit 1
}

build() { # name, version in the mirror, module, revision
  local name=$1 version=$2 module=$3 revision=$4 platform work
  platform=$(go env GOOS)_$(go env GOARCH)
  local folder=$mirror/registry.terraform.io/hashicorp/$name/$version/$platform
  local file=$folder/terraform-provider-${name}_v${version}_x5
  [ -x "$file" ] && [ "$(cat "$folder/.revision" 2>/dev/null)" = "$revision" ] && return 0
  echo "terraform-mirror.sh: building $name $version" >&2
  work=$(mktemp -d)
  (
    cd "$work"
    printf 'module mirror.invalid/%s\ngo 1.26\n' "$name" >go.mod
    export GOFLAGS=-mod=mod
    go get "$module@$revision"
    mkdir -p "$folder"
    go build -ldflags='-s -w' -o "$file" "$module"
  ) >&2
  echo "$revision" >"$folder/.revision"
  rm -rf "$work"
}

build random 3.7.2 github.com/terraform-providers/terraform-provider-random v1.3.2-0.20260824155315-e1092b0cfc07
build helm 3.1.1 github.com/hashicorp/terraform-provider-helm v1.3.3-0.20260629194918-a4f1c1d8b008
build kubernetes 2.38.0 github.com/hashicorp/terraform-provider-kubernetes v1.13.4-0.20260821094251-3a33fb6cc605
build aws 6.25.0 github.com/hashicorp/terraform-provider-aws v1.60.1-0.20260602190131-5f2286d6d836

cat >"$mirror/terraform.rc" <<CONFIG
provider_installation {
  filesystem_mirror {
    path = "$mirror"
  }
}
CONFIG
