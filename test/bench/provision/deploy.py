"""What nix-server/ does, as somebody would write it for pyinfra. Variables: see provision.ts."""

import io
import json
import os

from pyinfra import host
from pyinfra.facts.files import File
from pyinfra.facts.server import Command
from pyinfra.operations import apt, files, server, systemd

data = json.load(open(os.environ["BENCH_VARIABLES"]))


def text(path, content, mode):
    return files.put(src=io.StringIO(content), dest=path, mode=mode, _sudo=True)


device = host.get_fact(
    Command, f"lsblk --nodeps --noheadings --output PATH,SERIAL | awk '$2 == \"{data['volume_serial']}\" {{ print $1 }}'"
)
uuid_command = f"sudo blkid --probe --match-tag UUID --output value {device} || true"
if not host.get_fact(Command, uuid_command):
    server.shell(commands=[f"mkfs.ext4 -q -L nix-store -m 0 -i 8192 -U {data['new_uuid']} {device}"], _sudo=True)
uuid = host.get_fact(Command, uuid_command) or data["new_uuid"]
text("/etc/systemd/system/nix.mount", data["mount_unit"].replace("@UUID@", uuid), "644")
systemd.service("nix.mount", running=True, enabled=True, daemon_reload=False, _sudo=True)
if any(not host.get_fact(Command, f"systemctl is-enabled {unit} | grep masked || true") for unit in data["masked"]):
    server.shell(commands=[f"systemctl mask --now {' '.join(data['masked'])}"], _sudo=True)
# As the provisioner does when something is missing; no mirror answers here.
if not host.get_fact(File, "/usr/bin/nix-store"):
    server.shell(commands=["apt-get -q update || true"], _sudo=True)
apt.packages(packages=data["packages"], no_recommends=True, _sudo=True)
files.directory("/nix/var/nixbarn", mode="755", _sudo=True)
files.directory("/nix/var/nixbarn/keys", mode="700", _sudo=True)
keys = "/nix/var/nixbarn/keys"
if not host.get_fact(File, f"{keys}/ssh_host_ed25519_key.pub", _sudo=True):
    server.shell(commands=[f"cp /etc/ssh/ssh_host_ed25519_key /etc/ssh/ssh_host_ed25519_key.pub {keys}/"], _sudo=True)
if not host.get_fact(File, data["signing_key"], _sudo=True):
    server.shell(
        commands=[f"nix-store --generate-binary-cache-key bench-1 {data['signing_key']} {data['signing_public_key']}"],
        _sudo=True,
    )
written = [text(one["path"], one["content"], one["mode"]) for one in data["files"]]
server.user("nix", uid=1900, groups=["nix-users"], home="/nix/var/nixbarn/home", create_home=False, ensure_home=False, shell="/bin/sh", _sudo=True)
files.directory("/nix/var/nixbarn/home", user="nix", group="nix", mode="750", _sudo=True)
files.file("/nix/var/nixbarn/home/.keep", _sudo=True)
server.shell(
    commands=[
        "systemctl daemon-reload; systemd-tmpfiles --create; systemctl stop nix-daemon.service nix-daemon.socket; systemctl start nix-daemon.socket; systemctl restart ssh.service nfs-server.service"
    ],
    _sudo=True,
    _if=lambda: any(one.did_change() for one in written),
)
for unit in ("nix-daemon.socket", "ssh.service", "nfs-server.service", "nixbarn-collect-garbage.timer"):
    systemd.service(unit, running=True, enabled=True, _sudo=True)
if not host.get_fact(Command, "readlink /nix/var/nix/gcroots/nixbarn-canary || true"):
    server.shell(
        commands=[
            "folder=$(mktemp --directory); printf 'the Nix store is mounted\\n' > $folder/nixbarn-canary;"
            " ln -sfn $(nix-store --add $folder/nixbarn-canary) /nix/var/nix/gcroots/nixbarn-canary"
        ],
        _sudo=True,
    )
