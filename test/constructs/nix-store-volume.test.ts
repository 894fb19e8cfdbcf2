import { describe, expect, test } from "vitest";
import { NixStoreVolume, type NixStoreVolumeProps } from "../../constructs/nix-store-volume.ts";
import { resource, synthesizeOne } from "../support/synth.ts";

const PROPS: NixStoreVolumeProps = {
  availabilityZone: "eu-central-1a",
  sizeGiB: 300,
  iops: 3000,
  throughputMiBps: 250,
  allowDestroy: false,
  snapshotsKept: 7,
  name: "nixbarn-example-nix-store",
  snapshotRoleName: "nixbarn-example-snapshots",
};
const synthesize = (props: Partial<NixStoreVolumeProps>) =>
  synthesizeOne((stack) => new NixStoreVolume(stack, "store", { ...PROPS, ...props }));

describe("NixStoreVolume", () => {
  test("is guarded against destruction unless that is allowed", () => {
    expect(resource(synthesize({}), "aws_ebs_volume")).toMatchObject({
      lifecycle: { prevent_destroy: true },
    });
    expect(resource(synthesize({ allowDestroy: true }), "aws_ebs_volume")).toMatchObject({
      lifecycle: { prevent_destroy: false },
    });
  });

  test("its snapshots look for the tag that it carries", () => {
    const stack = synthesize({});
    const tag = { "nixbarn:snapshot": "nixbarn-example-nix-store" };
    expect(resource(stack, "aws_ebs_volume")).toMatchObject({ tags: tag });
    expect(resource(stack, "aws_dlm_lifecycle_policy")).toMatchObject({
      policy_details: { target_tags: tag, schedule: [{ retain_rule: { count: 7 } }] },
    });
  });

  test("none kept means none taken", () => {
    const { aws_dlm_lifecycle_policy: policy, aws_iam_role: role } = synthesize({
      snapshotsKept: 0,
    }).resource;
    expect([policy, role]).toEqual([undefined, undefined]);
  });

  test("its address in Terraform's state is a contract: another one would replace the store", () => {
    expect(Object.keys(synthesize({}).resource["aws_ebs_volume"] ?? {})).toEqual([
      "store_16A42F5D",
    ]);
  });
});
