import { DlmLifecyclePolicy } from "@cdktf/provider-aws/lib/dlm-lifecycle-policy";
import { EbsVolume } from "@cdktf/provider-aws/lib/ebs-volume";
import { Construct } from "constructs";
import { ServiceRole } from "./service-role.ts";

export interface NixStoreVolumeProps {
  readonly availabilityZone: string;
  /** Size in GiB; growing is online, shrinking is impossible. */
  readonly sizeGiB: number;
  readonly iops: number;
  readonly throughputMiBps: number;
  /** Let `destroy` delete the volume and every store path on it. */
  readonly allowDestroy: boolean;
  /** Daily snapshots to keep; 0 takes none. */
  readonly snapshotsKept: number;
  readonly name: string;
  /** Name of the role that takes the snapshots. */
  readonly snapshotRoleName: string;
}

const SNAPSHOT_TAG = "nixbarn:snapshot";
/** UTC; before Europe's working day, after America's. */
const SNAPSHOT_TIME = "03:00";

/** The encrypted gp3 volume that holds /nix, with its daily snapshots. It outlives its server. */
export class NixStoreVolume extends Construct {
  readonly volume: EbsVolume;

  constructor(scope: Construct, id: string, props: NixStoreVolumeProps) {
    super(scope, id);
    this.volume = new EbsVolume(this, "Resource", {
      availabilityZone: props.availabilityZone,
      type: "gp3",
      size: props.sizeGiB,
      iops: props.iops,
      throughput: props.throughputMiBps,
      encrypted: true,
      tags: { Name: props.name, [SNAPSHOT_TAG]: props.name },
      lifecycle: { preventDestroy: !props.allowDestroy },
    });
    if (props.snapshotsKept > 0) this.createSnapshots(props);
  }

  private createSnapshots({ name, snapshotRoleName, snapshotsKept }: NixStoreVolumeProps): void {
    const role = new ServiceRole(this, "snapshot-role", {
      name: snapshotRoleName,
      service: "dlm.amazonaws.com",
      managedPolicies: ["service-role/AWSDataLifecycleManagerServiceRole"],
    });
    new DlmLifecyclePolicy(this, "snapshots", {
      description: `Daily snapshots of ${name}`,
      executionRoleArn: role.role.arn,
      state: "ENABLED",
      dependsOn: role.policies,
      policyDetails: {
        resourceTypes: ["VOLUME"],
        targetTags: { [SNAPSHOT_TAG]: name },
        schedule: [
          {
            name: "daily",
            createRule: { interval: 24, intervalUnit: "HOURS", times: [SNAPSHOT_TIME] },
            retainRule: { count: snapshotsKept },
            copyTags: true,
          },
        ],
      },
    });
  }
}
