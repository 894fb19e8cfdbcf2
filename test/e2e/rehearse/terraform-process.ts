import { readdirSync, readFileSync, readlinkSync } from "node:fs";

const PID = /^\d+$/;
const CHECK_EVERY_MS = 200;

/** What /proc tells of a process; undefined when it has ended meanwhile. */
const told = <Value>(read: () => Value): Value | undefined => {
  try {
    return read();
  } catch {
    return undefined;
  }
};

/** Process ids of the Terraforms that work in a project's stacks; not those of their providers. */
const terraforms = (project: string): number[] =>
  readdirSync("/proc")
    .filter((name) => PID.test(name))
    .filter((pid) => {
      const cwd = told(() => readlinkSync(`/proc/${pid}/cwd`)) ?? "";
      const name = told(() => readFileSync(`/proc/${pid}/comm`, "utf8").trim());
      return name === "terraform" && cwd.startsWith(`${project}/cdktf.out/stacks/`);
    })
    .map(Number);

/** Sends SIGTERM to all of them, and waits until they have ended. */
export const killTerraforms = async (project: string): Promise<void> => {
  const pids = terraforms(project);
  for (const pid of pids) told(() => process.kill(pid, "SIGTERM"));
  while (pids.some((pid) => terraforms(project).includes(pid))) {
    await new Promise((resolve) => setTimeout(resolve, CHECK_EVERY_MS));
  }
};
