import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { MASK, MaskedLog } from "./masked-log.ts";
import { Timeline } from "./timeline.ts";

const folder = mkdtempSync(join(tmpdir(), "nixbarn-timeline-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** A second of the clock and what cdktf printed then, as it lays its lines out. */
const OUTPUT: readonly (readonly [number, string])[] = [
  [1, "example-buildbarn  Initializing the backend..."],
  [5, "example-network  Initializing the backend..."],
  [8, "example-buildbarn  You may now begin working with Terraform."],
  [9, "example-network  Terraform has been successfully initialized!"],
  [10, "example-network  aws_vpc.vpc: Refreshing state... [id=vpc-1]"],
  [20, "example-network  Apply complete! Resources: 0 added, 0 changed, 0 destroyed."],
  [20, "1 Stack deploying     1 Stack done     1 Stack waiting"],
  [21, "                   belongs to no stack"],
  [30, "example-nix-server  Terraform used the selected providers to generate the plan."],
  [
    31,
    "                    # terraform_data.provisioning_run_1 (provisioning/run) will be created",
  ],
  [40, "example-nix-server  terraform_data.provisioning_run_1 (provisioning/run): Creating..."],
  [90, "                    terraform_data.run (provisioning/run) (local-exec):   ~ packages"],
  [95, "example-nix-server  terraform_data.run (provisioning/run): Creation complete after 55s"],
  [97, "example-nix-server  Apply complete! Resources: 1 added, 0 changed, 0 destroyed."],
  [99, "example-buildbarn  helm_release.browser (browser): Creating..."],
];

describe("the time line", () => {
  test("a stack's time is that of its work, without init and without its wait for others", async () => {
    let second = 0;
    const timeline = new Timeline(() => second);
    await expect(
      timeline.phase("deploy", async (sees) => {
        for (const [at, line] of OUTPUT) {
          second = at;
          sees(line);
        }
        second = 100;
        throw new Error("killed");
      }),
    ).rejects.toThrow("killed");
    const file = join(folder, "timeline.json");
    expect(timeline.report(file).split("\n")).toEqual([
      "     0 s  deploy                                         100 s",
      "     1 s    init of all stacks                             8 s",
      "    10 s    example-network                               10 s",
      "    30 s    example-nix-server                            67 s",
      "    40 s    example-nix-server: provisioning              55 s",
      "    99 s    example-buildbarn                              0 s",
      "     0 s  in all                                         100 s",
    ]);
    expect(JSON.parse(readFileSync(file, "utf8"))[4]).toEqual({
      phase: "deploy",
      part: "example-nix-server: provisioning",
      startSec: 40,
      seconds: 55,
    });
  });
});

describe("a kept log", () => {
  const KEY = "0123456789abcdef".repeat(4);
  const TEXT = `before\nhex = "${KEY}"\n--remote_header=x-api-key=${KEY}`;

  test("never holds a key, wherever its output was cut", () => {
    const file = join(folder, "masked.log");
    fc.assert(
      fc.property(fc.array(fc.nat(TEXT.length), { maxLength: 6 }), (cuts) => {
        const log = new MaskedLog(file, `$ echo ${KEY}`);
        const stream = log.stream();
        const ends = [...cuts, TEXT.length].sort((one, other) => one - other);
        const lines = ends.flatMap((end, index) =>
          stream.take(TEXT.slice(index === 0 ? 0 : ends[index - 1], end)),
        );
        stream.end();
        expect(readFileSync(file, "utf8")).toBe(
          `$ echo ${MASK}\nbefore\nhex = "${MASK}"\n--remote_header=x-api-key=${MASK}\n`,
        );
        expect(lines).toEqual(TEXT.split("\n").slice(0, 2));
      }),
    );
  });

  test("mixes two streams by whole lines", () => {
    const file = join(folder, "mixed.log");
    const log = new MaskedLog(file, "$ two");
    const [out, err] = [log.stream(), log.stream()];
    out.take(KEY.slice(0, 30));
    err.take("an error\n");
    out.take(`${KEY.slice(30)}\n`);
    out.end();
    err.end();
    expect(readFileSync(file, "utf8")).toBe(`$ two\nan error\n${MASK}\n`);
  });
});
