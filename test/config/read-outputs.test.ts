import { describe, expect, test } from "vitest";
import { UserError } from "../../config/load.ts";
import { readOutputs, readOutputsText } from "../../config/read-outputs.ts";

const nixServer = {
  instanceId: "i-1",
  privateAddress: "10.0.0.10",
  sshAddress: "192.0.2.1",
  volumeId: "vol-1",
  nfsClientSecurityGroupId: "sg-1",
};
const read = (json: unknown) =>
  readOutputsText(JSON.stringify(json), "out.json", "demo", ["nix-server"]);
const REMEDY =
  "deploy the stacks, then: ENVIRONMENT=demo npx cdktf output '*' --outputs-file out.json";

test("one stack's outputs, without those that CDKTF adds for other stacks", () => {
  const outputs = { ...nixServer, "cross-stack-output-aws_vpcvpcid": "vpc-1" };
  expect(read({ "demo-nix-server": outputs, "demo-network": {} })).toEqual({
    "nix-server": nixServer,
  });
});

describe("all that is wrong, at once, and how to write the file anew", () => {
  test.each([
    ["no JSON", "{", ["it is no JSON"]],
    ["a list", "[1]", ["it does not map stacks to their outputs"]],
    [
      "another environment's",
      JSON.stringify({ "other-nix-server": nixServer }),
      ["demo-nix-server: missing"],
    ],
    [
      "an output too few and one of another type",
      JSON.stringify({ "demo-nix-server": { ...nixServer, instanceId: 1, volumeId: undefined } }),
      [
        "demo-nix-server.instanceId: Invalid input: expected string, received number",
        "demo-nix-server.volumeId: Invalid input: expected string, received undefined",
      ],
    ],
  ])("%s", (_, text, faults) => {
    const message = [
      "out.json: not the outputs of environment demo:",
      ...faults.map((fault) => `  ${fault}`),
      REMEDY,
    ].join("\n");
    expect(() => readOutputsText(text, "out.json", "demo", ["nix-server"])).toThrow(
      new UserError(message),
    );
  });

  test("a file that is not there", () => {
    expect(() => readOutputs("no/such.json", "demo", ["nix-server"])).toThrow(
      "no/such.json cannot be read; deploy the stacks, then: ENVIRONMENT=demo npx cdktf output '*' --outputs-file no/such.json",
    );
  });
});
