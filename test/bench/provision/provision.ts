/**
 * `npm run bench:provision`: the provisioner beside the same tasks written for Ansible and for pyinfra,
 * against real Debian guests: a first run of each on a machine of its own, then runs with nothing to
 * do, in turn, on the machine that the provisioner made. Prints seconds and ratios; judges nothing.
 */
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { execa } from "execa";
import {
  type DesiredServer,
  SIGNING_KEY,
  SIGNING_PUBLIC_KEY,
} from "../../../nix-server/desired.ts";
import { managedFiles, nixMountUnit } from "../../../nix-server/managed-files.ts";
import { MASKED_UNITS, PACKAGES } from "../../../nix-server/operations/software.ts";
import { createVolume, type Guest, startGuest } from "../../e2e/support/debian-guest.ts";
import { guestKeyFile } from "../../e2e/support/guest-base.ts";
import { cacheFolder } from "../../e2e/support/machine.ts";

const RUNS = Number(process.argv[2] ?? 3);
/** `-- RUNS idle` leaves out the others' first runs, which take the most time; `first` does these alone. */
const IDLE_ONLY = process.argv[3] === "idle";
const FIRST_ONLY = process.argv[3] === "first";
const root = resolve(import.meta.dirname, "../../..");
const tools = join(cacheFolder, "bench-venv");
const SERIAL = "vol0abc1234567890de";

const key = await guestKeyFile();
const work = await mkdtemp(join(tmpdir(), "nixbarn-bench-"));
const publicKey = (await readFile(`${key}.pub`, "utf8")).trim();
const desired: DesiredServer = {
  volumeSerial: SERIAL,
  adminUser: "admin",
  admins: [{ name: "admin", publicKey }],
  clients: [{ name: "client", publicKey }],
  exportCidrs: ["10.77.0.0/24"],
  garbageCollection: { rootsOlderThanDays: 30, aboveFillPercent: 80 },
};
const variables = join(work, "variables.json");
await writeFile(
  variables,
  JSON.stringify({
    volume_serial: SERIAL,
    new_uuid: "0d5d6b1c-5a3f-4c53-9d0e-3b8b2f1f7a10",
    mount_unit: nixMountUnit("@UUID@"),
    files: managedFiles(desired, 1),
    packages: PACKAGES,
    masked: MASKED_UNITS,
    signing_key: SIGNING_KEY,
    signing_public_key: SIGNING_PUBLIC_KEY,
  }),
);

interface Tool {
  readonly name: string;
  readonly command: (port: number) => readonly string[];
  /** What it says when it found nothing to do. */
  readonly nothingToDo: RegExp;
}

const TOOLS: readonly Tool[] = [
  {
    name: "nixbarn",
    command: (port) => [
      ...[process.execPath, "--import", "tsx", join(root, "nix-server/cli.ts"), "apply"],
      ...["--host", "127.0.0.1", "--port", String(port), "--key", key],
      ...["--known-hosts", join(work, `known_hosts-${port}`), "--volume-serial", SERIAL],
      ...["--client-keys", `${key}.pub`, "--admin-keys", `${key}.pub`],
      ...["--export-cidr", "10.77.0.0/24"],
    ],
    nothingToDo: /^0 changed;/m,
  },
  {
    name: "Ansible",
    command: (port) => [
      ...[join(tools, "bin/ansible-playbook"), "-i", "127.0.0.1,", "-u", "admin"],
      ...["--private-key", key, "-e", `ansible_port=${port}`, "-e", `@${variables}`],
      join(import.meta.dirname, "playbook.yaml"),
    ],
    nothingToDo: /changed=0 /,
  },
  {
    name: "pyinfra",
    command: (port) => [
      ...[join(tools, "bin/pyinfra"), "-y", "127.0.0.1", "--port", String(port)],
      ...["--user", "admin", "--key", key, "--data", "ssh_strict_host_key_checking=off"],
      join(import.meta.dirname, "deploy.py"),
    ],
    nothingToDo: /Grand total[\s\S]*?(?: -|\b0) +\S+ *$|No changes/m,
  },
];

/** Seconds of one run, and what it said; fails when it does. */
const run = async ({ name, command }: Tool, port: number): Promise<[number, string]> => {
  const [program = "", ...args] = command(port);
  const start = performance.now();
  const { exitCode, all } = await execa(program, args, {
    cwd: root,
    all: true,
    reject: false,
    env: {
      ANSIBLE_CONFIG: join(import.meta.dirname, "ansible.cfg"),
      BENCH_VARIABLES: variables,
    },
  });
  if (exitCode !== 0) throw new Error(`${name} ended with ${exitCode}:\n${all}`);
  return [(performance.now() - start) / 1000, all];
};

const boot = async (name: string): Promise<Guest> => {
  const volume = { path: join(work, `${name}.img`), serial: SERIAL };
  await createVolume(volume.path, 4);
  const guest = await startGuest({ kind: "server", folder: join(work, name), volumes: [volume] });
  const login = ["-i", key, "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null"];
  const probe = [...login, "-p", String(guest.sshPort), "admin@127.0.0.1", "true"];
  for (let attempt = 0; attempt < 60; attempt++) {
    if ((await execa("ssh", probe, { reject: false, timeout: 20_000 })).exitCode === 0)
      return guest;
    await new Promise((resolve) => setTimeout(resolve, 2000));
  }
  throw new Error("the guest does not answer");
};

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

const report = (title: string, seconds: readonly number[]): void => {
  const [ours = Number.NaN] = seconds;
  console.log(`\n${title}`);
  TOOLS.forEach(({ name }, index) => {
    const own = seconds[index] ?? Number.NaN;
    console.log(
      `  ${name.padEnd(8)} ${own.toFixed(1).padStart(7)} s   ${(own / ours).toFixed(1)} × nixbarn`,
    );
  });
};

if (!existsSync(tools)) {
  await execa("python3", ["-m", "venv", tools]);
  const requirements = join(import.meta.dirname, "requirements.txt");
  await execa(join(tools, "bin/pip"), ["install", "--quiet", "-r", requirements]);
}
const guests: Guest[] = [];
try {
  const first: number[] = [];
  for (const tool of IDLE_ONLY ? TOOLS.slice(0, 1) : TOOLS) {
    const guest = await boot(tool.name);
    guests.push(guest);
    console.log(`${tool.name}: first run …`);
    const [seconds] = await run(tool, guest.sshPort);
    console.log(`  ${seconds.toFixed(0)} s`);
    first.push(seconds);
    if (tool !== TOOLS[0] || FIRST_ONLY) await guest.stop();
  }
  if (!IDLE_ONLY) report("First run, each on a new machine", first);
  const port = guests[0]?.sshPort ?? 0;
  const idle = TOOLS.map((): number[] => []);
  for (let round = -1; round < RUNS && !FIRST_ONLY; round++) {
    for (const [index, tool] of TOOLS.entries()) {
      const [seconds, said] = await run(tool, port);
      if (round < 0) continue;
      idle[index]?.push(seconds);
      if (!tool.nothingToDo.test(said)) console.log(`${tool.name} changed something:\n${said}`);
    }
  }
  if (!FIRST_ONLY) {
    const title = `Nothing to do, median of ${RUNS} runs in turn on the same machine`;
    report(title, idle.map(median));
  }
} finally {
  await Promise.all(guests.map((guest) => guest.stop()));
  await rm(work, { recursive: true, force: true });
}
