import { DefaultSecurityGroup } from "@cdktf/provider-aws/lib/default-security-group";
import { InternetGateway } from "@cdktf/provider-aws/lib/internet-gateway";
import { Route } from "@cdktf/provider-aws/lib/route";
import { RouteTable } from "@cdktf/provider-aws/lib/route-table";
import { RouteTableAssociation } from "@cdktf/provider-aws/lib/route-table-association";
import { Subnet } from "@cdktf/provider-aws/lib/subnet";
import { Vpc } from "@cdktf/provider-aws/lib/vpc";
import { VpcEndpoint } from "@cdktf/provider-aws/lib/vpc-endpoint";
import type { Construct } from "constructs";
import { namesOf } from "../config/names.ts";
import type { StackOutputs } from "../config/outputs.ts";
import { planNetwork, type ZonePlan } from "../config/subnets.ts";
import { FlowLogs } from "../constructs/flow-logs.ts";
import { ZoneSubnets } from "../constructs/zone-subnets.ts";
import { BaseStack, type StackProps } from "./base-stack.ts";

const ANYWHERE = "0.0.0.0/0";

/** The VPC with its subnets, ways out and closed default security group. */
export class NetworkStack extends BaseStack {
  readonly outputs: StackOutputs<"network">;

  constructor(scope: Construct, props: StackProps) {
    super(scope, "network", props);
    const { environment } = props;
    const { network, nixServer, region } = environment;
    const names = namesOf(environment.name);
    const plan = planNetwork(network);

    const vpc = new Vpc(this, "vpc", {
      cidrBlock: network.cidr,
      enableDnsHostnames: true,
      enableDnsSupport: true,
      tags: { Name: names.prefix },
    });
    // Without rules it closes whatever is started without a security group of its own.
    new DefaultSecurityGroup(this, "default-security-group", {
      vpcId: vpc.id,
      tags: { Name: `${names.prefix}-default-closed` },
    });
    const publicRoutes = this.createPublicRoutes(vpc, names.prefix);
    const zones = this.createZones(props, plan, vpc, publicRoutes);
    this.createNatRoutes(zones);

    const nixServerSubnet = new Subnet(this, "nix-server-subnet", {
      vpcId: vpc.id,
      availabilityZone: plan.storeZone,
      cidrBlock: plan.nixServerCidr,
      tags: { Name: `${names.prefix}-nix-server` },
    });
    const firstPrivateRoutes = zones[0]?.privateRouteTable;
    new RouteTableAssociation(this, "nix-server-association", {
      subnetId: nixServerSubnet.id,
      routeTableId:
        nixServer.public || firstPrivateRoutes === undefined
          ? publicRoutes.id
          : firstPrivateRoutes.id,
    });
    // Free, and keeps the image layers that ECR keeps in S3 off the NAT gateway.
    new VpcEndpoint(this, "s3-endpoint", {
      vpcId: vpc.id,
      serviceName: `com.amazonaws.${region}.s3`,
      vpcEndpointType: "Gateway",
      routeTableIds: [publicRoutes.id, ...zones.map((zone) => zone.privateRouteTable.id)],
      tags: { Name: `${names.prefix}-s3` },
    });
    if (network.flowLogs.enabled) {
      new FlowLogs(this, "flow-logs", {
        vpcId: vpc.id,
        name: names.role("flow-logs"),
        retentionDays: network.flowLogs.retentionDays,
      });
    }
    this.outputs = this.publish({
      vpcId: vpc.id,
      publicSubnetIds: zones.map((zone) => zone.publicSubnet.id),
      privateSubnetIds: zones.map((zone) => zone.privateSubnet.id),
      nixServerSubnetId: nixServerSubnet.id,
    });
  }

  private createPublicRoutes(vpc: Vpc, name: string): RouteTable {
    const gateway = new InternetGateway(this, "internet-gateway", {
      vpcId: vpc.id,
      tags: { Name: name },
    });
    const routes = new RouteTable(this, "public-routes", {
      vpcId: vpc.id,
      tags: { Name: `${name}-public` },
    });
    new Route(this, "public-default-route", {
      routeTableId: routes.id,
      destinationCidrBlock: ANYWHERE,
      gatewayId: gateway.id,
    });
    return routes;
  }

  private createZones(
    { environment: { name, network } }: StackProps,
    plan: ZonePlan,
    vpc: Vpc,
    publicRoutes: RouteTable,
  ): ZoneSubnets[] {
    return plan.zones.map(
      (zone, index) =>
        new ZoneSubnets(this, `zone-${index}`, {
          ...zone,
          vpcId: vpc.id,
          publicRouteTableId: publicRoutes.id,
          name: namesOf(name).prefix,
          natGateway: index === 0 || network.nat === "per-zone",
        }),
    );
  }

  /** Each zone leaves through its own NAT gateway, or else through the first zone's. */
  private createNatRoutes(zones: readonly ZoneSubnets[]): void {
    zones.forEach((zone, index) => {
      const gateway = zone.natGateway ?? zones[0]?.natGateway;
      if (gateway === undefined) return;
      new Route(this, `private-default-route-${index}`, {
        routeTableId: zone.privateRouteTable.id,
        destinationCidrBlock: ANYWHERE,
        natGatewayId: gateway.id,
      });
    });
  }
}
