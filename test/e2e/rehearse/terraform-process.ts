import { readdirSync, readFileSync, readlinkSync } from "node:fs";

const PID = /^\d+$/;

/** What /proc tells of a process; undefined when it has ended meanwhile. */
const told = <Value>(read: () => Value): Value | undefined => {
  try {
    return read();
  } catch {
    return undefined;
  }
};

/** Sends SIGTERM to the Terraform that works in a stack's folder. */
export const killTerraform = (project: string, stack: string): void => {
  for (const pid of readdirSync("/proc").filter((name) => PID.test(name))) {
    const cwd = told(() => readlinkSync(`/proc/${pid}/cwd`));
    const name = told(() => readFileSync(`/proc/${pid}/comm`, "utf8").trim());
    if (name === "terraform" && cwd === `${project}/cdktf.out/stacks/example-${stack}`) {
      told(() => process.kill(Number(pid), "SIGTERM"));
    }
  }
};
