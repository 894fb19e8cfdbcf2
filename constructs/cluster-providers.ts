import { DataAwsEksCluster } from "@cdktf/provider-aws/lib/data-aws-eks-cluster";
import { HelmProvider } from "@cdktf/provider-helm/lib/provider";
import { KubernetesProvider } from "@cdktf/provider-kubernetes/lib/provider";
import { Fn } from "cdktf";
import { Construct } from "constructs";

export interface ClusterProvidersProps {
  readonly clusterName: string;
  readonly region: string;
  /** @default false */
  readonly kubernetes?: boolean;
}

/**
 * The helm provider, and the kubernetes one if asked, at the cluster of that name. They sign in anew
 * for each call (`aws eks get-token`), since a token from a data source ends after 15 minutes.
 */
export class ClusterProviders extends Construct {
  constructor(scope: Construct, id: string, props: ClusterProvidersProps) {
    super(scope, id);
    const cluster = new DataAwsEksCluster(this, "cluster", { name: props.clusterName });
    const connection = {
      host: cluster.endpoint,
      clusterCaCertificate: Fn.base64decode(cluster.certificateAuthority.get(0).data),
    };
    const exec = {
      apiVersion: "client.authentication.k8s.io/v1beta1",
      command: "aws",
      args: [
        ...["eks", "get-token", "--cluster-name", props.clusterName],
        ...["--region", props.region, "--output", "json"],
      ],
    };
    new HelmProvider(scope, "helm", { kubernetes: { ...connection, exec } });
    if (props.kubernetes === true) {
      new KubernetesProvider(scope, "kubernetes", { ...connection, exec: [exec] });
    }
  }
}
