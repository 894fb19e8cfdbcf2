import { change, noOp, type Operation } from "../outcome.ts";

/** Debian's own, so that the binaries live on the root disk and the volume holds only the store. */
export const PACKAGES = ["nix-bin", "nix-setup-systemd", "nfs-kernel-server"] as const;
/** NFS 4 needs none of these; masked before the packages come, they never start. */
export const MASKED_UNITS = ["rpcbind.service", "rpcbind.socket", "rpc-statd.service"] as const;

export const maskRpcbind: Operation = {
  name: "rpcbind masked",
  decide: (_, { units }) => {
    const open = MASKED_UNITS.filter((unit) => units.get(unit)?.unitFileState !== "masked");
    return open.length === 0
      ? noOp("rpcbind and statd are masked")
      : change(`not masked: ${open.join(", ")}`, "masked", [
          { argv: ["systemctl", "mask", "--now", ...open] },
        ]);
  },
};

/** Waits for cloud-init and other users of dpkg, and completes what an earlier run left half-done. */
const INSTALL = `set -eu
export DEBIAN_FRONTEND=noninteractive
if command -v cloud-init >/dev/null; then cloud-init status --wait >/dev/null || true; fi
# dpkg does not wait for its lock by itself: cloud-init, or an install whose connection was cut, may hold it.
tries=60
until said=$(dpkg --configure --pending 2>&1); do
  tries=$((tries - 1))
  case $said in *lock*) ;; *) tries=0 ;; esac
  if [ "$tries" -le 0 ]; then echo "$said" >&2; exit 1; fi
  echo "waiting for another run of apt or dpkg"
  sleep 5
done
# A mirror that is down is no fault while the packages are at hand.
apt-get -q -o DPkg::Lock::Timeout=300 update || echo "the package lists could not be refreshed" >&2
apt-get -q -y -o DPkg::Lock::Timeout=300 -o Dpkg::Options::=--force-confold install --no-install-recommends "$@"
systemd-tmpfiles --create`;

export const installPackages: Operation = {
  name: "packages",
  decide: (_, { packages }) => {
    const missing = PACKAGES.filter((name) => !packages.includes(name));
    return missing.length === 0
      ? noOp(`${PACKAGES.join(", ")} are installed`)
      : change(`missing: ${missing.join(", ")}`, "installed", [
          { argv: ["sh", "-c", INSTALL, "install", ...missing], timeoutSec: 1800 },
        ]);
  },
};
