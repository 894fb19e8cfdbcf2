import { EksPodIdentityAssociation } from "@cdktf/provider-aws/lib/eks-pod-identity-association";
import { Release } from "@cdktf/provider-helm/lib/release";
import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import { POD_IDENTITY_TRUST, type PolicyStatement, ServiceRole } from "./service-role.ts";

export interface ThirdPartyReleaseProps {
  readonly chart: { readonly name: string; readonly repository: string; readonly version: string };
  readonly values: object;
  /** AWS rights of its service account, by pod identity. @default - none */
  readonly podIdentity?: {
    readonly clusterName: string;
    readonly roleName: string;
    readonly serviceAccount: string;
    readonly statements: readonly PolicyStatement[];
  };
}

/** Where cluster-wide services run. */
const SYSTEM_NAMESPACE = "kube-system";
const TIMEOUT_SEC = 600;

/** A chart of somebody else's, at an exact version, with the AWS rights that its pods need. */
export class ThirdPartyRelease extends Construct {
  readonly release: Release;

  constructor(
    scope: Construct,
    id: string,
    { chart, values, podIdentity }: ThirdPartyReleaseProps,
  ) {
    super(scope, id);
    const needs: ITerraformDependable[] = [];
    if (podIdentity !== undefined) {
      const role = new ServiceRole(this, "role", {
        name: podIdentity.roleName,
        ...POD_IDENTITY_TRUST,
        statements: podIdentity.statements,
      });
      const identity = new EksPodIdentityAssociation(this, "identity", {
        clusterName: podIdentity.clusterName,
        namespace: SYSTEM_NAMESPACE,
        serviceAccount: podIdentity.serviceAccount,
        roleArn: role.role.arn,
      });
      needs.push(identity, ...role.policies);
    }
    this.release = new Release(this, "Resource", {
      name: chart.name,
      namespace: SYSTEM_NAMESPACE,
      repository: chart.repository,
      chart: chart.name,
      version: chart.version,
      values: [JSON.stringify(values)],
      // A release that fails is rolled back: the next deploy finds no half of one.
      atomic: true,
      wait: true,
      timeout: TIMEOUT_SEC,
      dependsOn: needs,
    });
  }
}
