import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Ended } from "./project.ts";
import { Timeline } from "./timeline.ts";
import { World } from "./world.ts";

/** Where the time line and the logs stay. */
const LOGS = join(import.meta.dirname, "../../../out/rehearsal");
const STACKS = ["network", "nix-server", "cluster", "ingress", "platform", "buildbarn"] as const;
const OUTPUTS = "out/example/outputs.json";
const timeline = new Timeline();
let world: World;
/** All that was printed, for people to see. */
const transcripts: string[] = [];

beforeAll(async () => {
  world = await timeline.phase("parts: AWS, API server", () => World.start(LOGS));
});
afterAll(async () => {
  await world?.stop();
  console.log(`\n${timeline.report(join(LOGS, "timeline.json"))}`);
});

/** Runs a command as a person would, told line by line. */
const run = (
  phase: string,
  command: readonly string[],
  { env = {}, atLine }: { env?: Record<string, string>; atLine?: (line: string) => void } = {},
): Promise<Ended> =>
  timeline.phase(phase, async (sees) => {
    const log = phase.replaceAll(/[^a-z0-9]+/gi, "-");
    const ended = await world.project.run(log, command, env, (line) => {
      sees(line);
      atLine?.(line);
    });
    transcripts.push(ended.output);
    return ended;
  });

const deploy = (phase: string, options: Parameters<typeof run>[2] = {}): Promise<Ended> =>
  run(phase, world.project.cdktf("deploy", "--outputs-file", OUTPUTS), options);

/** What Terraform says that it did, by stack; a stack without changes is left out. */
const changed = (output: string): Record<string, string> =>
  Object.fromEntries(
    [...output.matchAll(/example-([a-z-]+) +Apply complete! Resources: (.*)\./g)]
      .filter(([, , what]) => what !== "0 added, 0 changed, 0 destroyed")
      .map(([, stack = "", what = ""]) => [stack, what]),
  );

/** Does something once, at the first line that a stack writes about what it makes. */
const whenMaking = (stack: string, act: () => void) => {
  let done = false;
  return (line: string): void => {
    if (done || !line.startsWith(`example-${stack} `) || !/: Creating\.\.\./.test(line)) return;
    done = true;
    act();
  };
};

/** What went wrong, as far as a run tells: its errors, each with the lines after it, and its end. */
const told = (output: string): string =>
  [...(output.match(/Error: .*(\n.*){0,8}/g) ?? []), "its end:", output.slice(-1500)].join("\n");
const expectWell = ({ exitCode, output }: Ended): void => expect(exitCode, told(output)).toBe(0);
const expectFailed = ({ exitCode, output }: Ended, why: RegExp): void => {
  expect(exitCode, told(output)).not.toBe(0);
  expect(why.test(output), `not a word of ${why}:\n${told(output)}`).toBe(true);
};

describe("a first deploy that meets every misfortune goes on where it stopped", () => {
  /** Kills Terraform when a stack has begun to make things. */
  const killIn = async (stack: string, line?: RegExp): Promise<void> => {
    let killing: Promise<void> | undefined;
    const kill = (): void => {
      killing ??= world.killTerraform();
    };
    const making = whenMaking(stack, kill);
    const ended = await deploy(`killed in ${stack}`, {
      atLine: line === undefined ? making : (text) => line.test(text) && kill(),
    });
    await killing;
    expectFailed(ended, /interrupt|cancel|killed/i);
  };

  test("Terraform is killed in the network stack", () => killIn("network"));

  test("the instance is down: the deploy fails with the reason and how to go on", async () => {
    const ended = await deploy("instance down", { env: { NIXBARN_SSH_BOOT_TIMEOUT: "5" } });
    expectFailed(ended, /cannot be reached/);
    expect(ended.output).toContain("ENVIRONMENT=example npx cdktf deploy '*'");
    await world.bootInstance();
  });

  test("Terraform is killed in the middle of provisioning", () =>
    killIn("nix-server", /… packages, /));

  test("the credentials expire in the cluster stack", async () => {
    const ended = await deploy("credentials expire", {
      atLine: whenMaking("cluster", () => world.expireCredentials(true)),
    });
    world.expireCredentials(false);
    expectFailed(ended, /expired/);
  });

  test("Terraform is killed in the cluster stack", () => killIn("cluster"));

  test("Terraform is killed in ingress, and in platform beside it", () => killIn("ingress"));

  test("the API server is down at the releases", async () => {
    const ended = await deploy("API server down", {
      atLine: whenMaking("buildbarn", () => world.closeApiServer(true)),
    });
    world.closeApiServer(false);
    expectFailed(ended, /connection refused|EOF|connection reset/);
  });

  test("Terraform is killed in buildbarn, while it waits for the API server", async () => {
    let killing: Promise<void> | undefined;
    const ended = await deploy("killed in buildbarn", {
      atLine: whenMaking("buildbarn", () => {
        world.closeApiServer(true);
        killing = world.killTerraform();
      }),
    });
    await killing;
    world.closeApiServer(false);
    expectFailed(ended, /interrupt|cancel|killed|connection refused|EOF|connection reset/i);
  });

  test("and then all is there", async () => {
    const ended = await deploy("deploy to the end");
    expectWell(ended);
    expect(await world.objects("/apis/apps/v1/namespaces/nixbarn/deployments")).toEqual([
      ...["browser", "frontend", "scheduler", "worker-linux-amd64", "worker-linux-arm64"],
    ]);
    expect(await world.objects("/apis/apps/v1/namespaces/nixbarn/statefulsets")).toEqual([
      "storage",
    ]);
  });
});

describe("a person uses it", () => {
  const bundle = (): string => join(world.folder, "bundle");
  const deployForPeople = (phase: string): Promise<Ended> =>
    run(phase, [
      ...["npm", "run", "--silent", "deploy", "--", "--yes"],
      ...["--key", "ci", "--client", bundle(), "--no-doctor"],
    ]);

  test("npm run deploy refuses what could not end well, and changes nothing", async () => {
    world.delegate(false);
    const ended = await deployForPeople("zone not delegated");
    expectFailed(ended, /bazel\.example\.com is not delegated: .* ns1\.registrar\.example/);
    expect(ended.output).toContain("nothing was deployed");
    expect(existsSync(bundle())).toBe(false);
  });

  test("a deploy with nothing changed does nothing, and says so; the client bundle is written", async () => {
    world.delegate(true);
    const ended = await deployForPeople("nothing changed");
    expectWell(ended);
    expect(changed(ended.output)).toEqual({});
    expect(ended.output.match(/No changes\. Your infrastructure matches/g)).toHaveLength(6);
    expect(readdirSync(bundle())).toHaveLength(7);
    const rc = readFileSync(join(bundle(), "nixbarn.bazelrc"), "utf8");
    expect(rc).toContain("--remote_executor=grpcs://bazel.example.com\n");
    expect(rc).toMatch(/--remote_header=x-api-key=[0-9a-f]{64}\n/);
  });

  test("the doctor finds the Nix server well", async () => {
    const ended = await run("doctor", [
      ...["npm", "run", "--silent", "doctor", "--", "--only", "server"],
      ...["--identity-file", world.clientKey, "--ssh-address", `127.0.0.1:${world.sshPort}`],
    ]);
    expectWell(ended);
    expect(ended.output).toContain("4 ok, 0 failed, 0 skipped");
  });
});

describe("changes touch what they must and nothing else", () => {
  test("a rotated key: its rule and secrets", async () => {
    world.project.edit("example", (text) =>
      text.replace("- name: laptops", "- name: laptops\n      generation: 2"),
    );
    const ended = await deploy("rotated key");
    expectWell(ended);
    expect(changed(ended.output)).toEqual({ ingress: "4 added, 0 changed, 4 destroyed" });
  });

  test("a grown volume: the volume and one provisioning, while a second deploy is refused by name", async () => {
    world.project.edit("example", (text) => text.replace("sizeGiB: 300", "sizeGiB: 400"));
    let second: Promise<Ended> | undefined;
    const ended = await deploy("grown volume", {
      atLine: (line) => {
        if (!/provisioning_run.*Creating\.\.\./.test(line)) return;
        second ??= world.project.run("second-deploy", [
          ...world.project.cdktf("deploy", "--skip-synth", "--output", "cdktf.out"),
        ]);
      },
    });
    // Also when the first failed: what runs on would hold locks that later deploys need.
    const refused = await second;
    expectWell(ended);
    expect(changed(ended.output)).toEqual({ "nix-server": "1 added, 1 changed, 1 destroyed" });
    expect(refused?.exitCode).not.toBe(0);
    expect(refused?.output).toMatch(/Error acquiring the state lock[\s\S]*Who: +\S+@\S+/);
    expect(ended.output).toMatch(/file system/);
  });

  test("one more pool: its nodes, its release, and what the scheduler knows of it", async () => {
    world.project.edit(
      "example",
      (text) => `${text.trimEnd()}\n    - name: gpu\n      platform: { gpu: "yes" }\n`,
    );
    const ended = await deploy("one more pool");
    expectWell(ended);
    expect(changed(ended.output)).toEqual({
      cluster: "2 added, 0 changed, 0 destroyed",
      buildbarn: "1 added, 1 changed, 0 destroyed",
    });
  });
});

describe("the end", () => {
  const left = async (stack: string): Promise<string[]> => {
    const state = join(world.project.folder, "out/example/state", `${stack}.tfstate`);
    if (!existsSync(state)) return [];
    const { stdout } = await execa("terraform", ["state", "list", `-state=${state}`]);
    return stdout.split("\n").filter((line) => line !== "" && !line.startsWith("data."));
  };

  const destroyForPeople = (phase: string): Promise<Ended> =>
    run(phase, ["npm", "run", "--silent", "destroy", "--", "--yes"]);

  test("npm run destroy does not even begin while the volume is guarded", async () => {
    const ended = await destroyForPeople("destroy refused");
    expectFailed(ended, /the volume of \/nix is guarded/);
    expect(await left("buildbarn")).not.toEqual([]);
  });

  test("destroy leaves what prevent_destroy keeps, and what that stands on", async () => {
    const ended = await run("destroy, guarded", world.project.cdktf("destroy"));
    // By its state, not by its words: cdktf ends without the end of what Terraform said after a long plan.
    expect(ended.exitCode, told(ended.output)).not.toBe(0);
    expect(await left("nix-server")).toContainEqual(
      expect.stringMatching(/^aws_ebs_volume\.store/),
    );
    const kept = await Promise.all(
      STACKS.map(async (stack) => [stack, (await left(stack)).length > 0]),
    );
    expect(Object.fromEntries(kept)).toMatchObject({
      ...{ network: true, "nix-server": true },
      ...{ cluster: false, ingress: false, platform: false, buildbarn: false },
    });
  });

  test("when the environment allows it, nothing is left", async () => {
    world.project.edit("example", (text) =>
      text.replace("allowDestroy: false", "allowDestroy: true"),
    );
    expectWell(await destroyForPeople("destroy"));
    for (const stack of STACKS) expect(await left(stack)).toEqual([]);
  });

  test("no API key was ever printed", () => {
    const keys = new Set(
      [
        ...readFileSync(join(world.folder, "bundle", "nixbarn.bazelrc"), "utf8").matchAll(
          /[0-9a-f]{64}/g,
        ),
      ].map(([key]) => key),
    );
    expect(keys.size).toBe(1);
    for (const key of keys) {
      expect(transcripts.filter((text) => text.includes(key))).toEqual([]);
    }
  });
});
