import { Lb } from "@cdktf/provider-aws/lib/lb";
import { LbListener } from "@cdktf/provider-aws/lib/lb-listener";
import { LbTargetGroup } from "@cdktf/provider-aws/lib/lb-target-group";
import { Route53Record } from "@cdktf/provider-aws/lib/route53-record";
import { VpcSecurityGroupEgressRule } from "@cdktf/provider-aws/lib/vpc-security-group-egress-rule";
import { VpcSecurityGroupIngressRule } from "@cdktf/provider-aws/lib/vpc-security-group-ingress-rule";
import { RandomProvider } from "@cdktf/provider-random/lib/provider";
import type { Construct } from "constructs";
import { liveKeys } from "../config/api-keys.ts";
import { namesOf } from "../config/names.ts";
import type { StackOutputs } from "../config/outputs.ts";
import { PORTS } from "../config/ports.ts";
import type { Environment } from "../config/schema.ts";
import { API_KEY_HEADER, ApiKey } from "../constructs/api-key.ts";
import { EndpointCertificate } from "../constructs/endpoint-certificate.ts";
import { Firewall } from "../constructs/firewall.ts";
import { BaseStack, type StackProps } from "./base-stack.ts";

export interface IngressStackProps extends StackProps {
  readonly network: Pick<StackOutputs<"network">, "vpcId" | "publicSubnetIds">;
  readonly cluster: Pick<StackOutputs<"cluster">, "clusterSecurityGroupId">;
  /** The day in UTC, YYYY-MM-DD: decides which previous API keys are still admitted. */
  readonly today: string;
}

/**
 * The longest that ALB takes. Silent streams live on Buildbarn's update each 60 s, since ALB does not
 * count HTTP/2 pings. https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-load-balancer-attributes.html
 */
const IDLE_TIMEOUT_SEC = 4000;
/** How long a client's connection may live: a day, so that builds rarely see one end. */
const CLIENT_KEEP_ALIVE_SEC = 86_400;
/** How long a frontend that leaves may finish its streams; Bazel re-attaches to what runs longer. */
const DEREGISTRATION_DELAY_SEC = 3000;
/** TLS 1.2 and 1.3 with forward secrecy. https://docs.aws.amazon.com/elasticloadbalancing/latest/application/describe-ssl-policies.html */
const TLS_POLICY = "ELBSecurityPolicy-TLS13-1-2-2021-06";

/** The load balancer: one name, TLS, and calls with a live API key or nothing. */
export class IngressStack extends BaseStack {
  readonly outputs: StackOutputs<"ingress">;

  constructor(scope: Construct, props: IngressStackProps) {
    super(scope, "ingress", props);
    const { environment, network, cluster, today } = props;
    const names = namesOf(environment.name);
    new RandomProvider(this, "random", {});

    const firewall = this.createFirewall(
      environment,
      network.vpcId,
      cluster.clusterSecurityGroupId,
    );
    const loadBalancer = new Lb(this, "load-balancer", {
      name: names.loadBalancer,
      loadBalancerType: "application",
      internal: false,
      subnets: [...network.publicSubnetIds],
      securityGroups: [firewall.group.id],
      idleTimeout: IDLE_TIMEOUT_SEC,
      clientKeepAlive: CLIENT_KEEP_ALIVE_SEC,
      dropInvalidHeaderFields: true,
    });
    const targetGroup = this.createTargetGroup(names.targetGroup, network.vpcId);
    const listener = this.createListener(environment, loadBalancer);
    const secrets = liveKeys(environment.access.apiKeys, today).map(
      ({ name, generation, priority }) => {
        const secretName = names.apiKeySecret(name, generation);
        new ApiKey(this, `api-key-${name}-${generation}`, {
          listenerArn: listener.arn,
          targetGroupArn: targetGroup.arn,
          priority,
          secretName,
        });
        return secretName;
      },
    );
    this.createAddressRecord(environment, loadBalancer);
    this.outputs = this.publish({
      endpoint: environment.domain.name,
      loadBalancerDnsName: loadBalancer.dnsName,
      targetGroupArn: targetGroup.arn,
      apiKeySecretNames: secrets,
    });
  }

  private createFirewall(
    { name, access }: Environment,
    vpcId: string,
    clusterGroupId: string,
  ): Firewall {
    const firewall = new Firewall(this, "firewall", {
      vpcId,
      name: `${namesOf(name).prefix}-load-balancer`,
      description: "The load balancer",
    });
    firewall.admitCidrs("https", PORTS.https, access.clientCidrs);
    const frontend = {
      description: "gRPC to the frontend",
      ipProtocol: "tcp",
      fromPort: PORTS.frontendGrpc,
      toPort: PORTS.frontendGrpc,
    };
    new VpcSecurityGroupEgressRule(this, "to-frontend", {
      ...frontend,
      securityGroupId: firewall.group.id,
      referencedSecurityGroupId: clusterGroupId,
    });
    new VpcSecurityGroupIngressRule(this, "frontend-from-load-balancer", {
      ...frontend,
      securityGroupId: clusterGroupId,
      referencedSecurityGroupId: firewall.group.id,
    });
    return firewall;
  }

  private createTargetGroup(name: string, vpcId: string): LbTargetGroup {
    return new LbTargetGroup(this, "target-group", {
      name,
      vpcId,
      targetType: "ip",
      port: PORTS.frontendGrpc,
      protocol: "HTTP",
      protocolVersion: "GRPC",
      deregistrationDelay: String(DEREGISTRATION_DELAY_SEC),
      healthCheck: {
        path: "/grpc.health.v1.Health/Check",
        protocol: "HTTP",
        matcher: "0",
        interval: 15,
        timeout: 5,
        healthyThreshold: 2,
        unhealthyThreshold: 3,
      },
    });
  }

  private createListener({ domain }: Environment, loadBalancer: Lb): LbListener {
    return new LbListener(this, "listener", {
      loadBalancerArn: loadBalancer.arn,
      port: PORTS.https,
      protocol: "HTTPS",
      sslPolicy: TLS_POLICY,
      certificateArn: domain.certificateArn ?? this.createCertificate(domain),
      defaultAction: [
        {
          type: "fixed-response",
          fixedResponse: {
            statusCode: "401",
            contentType: "text/plain",
            messageBody: `missing or unknown ${API_KEY_HEADER}: give Bazel --remote_header=${API_KEY_HEADER}=<key>`,
          },
        },
      ],
    });
  }

  private createCertificate({ name, hostedZoneId }: Environment["domain"]): string {
    if (hostedZoneId === undefined)
      throw new Error("domain: neither certificateArn nor hostedZoneId");
    return new EndpointCertificate(this, "certificate", { domainName: name, hostedZoneId }).arn;
  }

  private createAddressRecord({ domain }: Environment, loadBalancer: Lb): void {
    if (domain.hostedZoneId === undefined) return;
    new Route53Record(this, "address-record", {
      zoneId: domain.hostedZoneId,
      name: domain.name,
      type: "A",
      alias: {
        name: loadBalancer.dnsName,
        zoneId: loadBalancer.zoneId,
        evaluateTargetHealth: true,
      },
    });
  }
}
