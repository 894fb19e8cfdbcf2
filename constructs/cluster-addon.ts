import { DataAwsEksAddonVersion } from "@cdktf/provider-aws/lib/data-aws-eks-addon-version";
import { EksAddon } from "@cdktf/provider-aws/lib/eks-addon";
import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import { POD_IDENTITY_TRUST, ServiceRole } from "./service-role.ts";

export interface ClusterAddonProps {
  readonly clusterName: string;
  readonly kubernetesVersion: string;
  /** EKS's name of the add-on. */
  readonly addon: string;
  /** Settings of the add-on, as its schema says (`aws eks describe-addon-configuration`). */
  readonly configuration?: object;
  /** AWS rights that its service account gets by pod identity. @default - none */
  readonly podIdentity?: {
    readonly serviceAccount: string;
    readonly roleName: string;
    readonly managedPolicy: string;
  };
  readonly dependsOn?: ITerraformDependable[];
}

/**
 * One EKS add-on, at the version that AWS has as the default for the cluster's Kubernetes version:
 * raising the Kubernetes version raises the add-ons with it.
 */
export class ClusterAddon extends Construct {
  readonly addon: EksAddon;

  constructor(scope: Construct, id: string, props: ClusterAddonProps) {
    super(scope, id);
    const version = new DataAwsEksAddonVersion(this, "version", {
      addonName: props.addon,
      kubernetesVersion: props.kubernetesVersion,
    });
    const identity = props.podIdentity;
    const role =
      identity === undefined
        ? undefined
        : new ServiceRole(this, "role", {
            name: identity.roleName,
            ...POD_IDENTITY_TRUST,
            managedPolicies: [identity.managedPolicy],
          });
    this.addon = new EksAddon(this, "Resource", {
      clusterName: props.clusterName,
      addonName: props.addon,
      addonVersion: version.version,
      resolveConflictsOnCreate: "OVERWRITE",
      resolveConflictsOnUpdate: "OVERWRITE",
      ...(props.configuration === undefined
        ? {}
        : { configurationValues: JSON.stringify(props.configuration) }),
      ...(identity === undefined || role === undefined
        ? {}
        : {
            podIdentityAssociation: [
              { serviceAccount: identity.serviceAccount, roleArn: role.role.arn },
            ],
          }),
      dependsOn: [...(props.dependsOn ?? []), ...(role?.policies ?? [])],
    });
  }
}
