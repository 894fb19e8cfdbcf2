#!/usr/bin/env bash
# Sees to etcd and kube-apiserver for the suites that need a real Kubernetes API. Those of
# KUBEBUILDER_ASSETS (envtest's binaries: `setup-envtest use`) are taken as they are; without them both
# are built from their Go modules, once, in about five minutes on two cores.
# Needs: go >= 1.26. They go to ~/.cache/nixbarn/kube-api.
set -euo pipefail
[ -x "${KUBEBUILDER_ASSETS:-/none}/kube-apiserver" ] && exit 0
folder=${NIXBARN_CACHE:-$HOME/.cache/nixbarn}/kube-api
kubernetes=1.34.2

build() { # output, module@version, package, further lines of go.mod, linker flags
  [ -x "$folder/$1" ] && return 0
  command -v go >/dev/null || {
    echo "kube-api.sh: neither KUBEBUILDER_ASSETS nor Go (>= 1.26) is there; see https://book.kubebuilder.io/reference/envtest" >&2
    exit 1
  }
  echo "kube-api.sh: building $1" >&2
  local work
  work=$(mktemp -d)
  mkdir -p "$folder"
  (
    cd "$work"
    printf 'module kube.invalid/%s\ngo 1.26\n%b' "$1" "${4:-}" >go.mod
    export GOFLAGS=-mod=mod
    go get "$2"
    go build -ldflags="-s -w ${5:-}" -o "$folder/$1" "$3"
  ) >&2
  rm -rf "$work"
}

build etcd go.etcd.io/etcd/server/v3@v3.6.0 go.etcd.io/etcd/server/v3
# Kubernetes' own parts are modules that it replaces by folders of its repository.
replaces=
for part in api apiextensions-apiserver apimachinery apiserver cli-runtime client-go cloud-provider \
  cluster-bootstrap code-generator component-base component-helpers controller-manager cri-api \
  cri-client csi-translation-lib dynamic-resource-allocation endpointslice externaljwt kms \
  kube-aggregator kube-controller-manager kube-proxy kube-scheduler kubectl kubelet metrics \
  mount-utils pod-security-admission sample-apiserver sample-cli-plugin sample-controller; do
  replaces+="replace k8s.io/$part => k8s.io/$part v0.${kubernetes#1.}\n"
done
build kube-apiserver "k8s.io/kubernetes@v$kubernetes" k8s.io/kubernetes/cmd/kube-apiserver \
  "$replaces" "-X k8s.io/component-base/version.gitVersion=v$kubernetes"
