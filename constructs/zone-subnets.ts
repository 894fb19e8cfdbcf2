import { Eip } from "@cdktf/provider-aws/lib/eip";
import { NatGateway } from "@cdktf/provider-aws/lib/nat-gateway";
import { RouteTable } from "@cdktf/provider-aws/lib/route-table";
import { RouteTableAssociation } from "@cdktf/provider-aws/lib/route-table-association";
import { Subnet } from "@cdktf/provider-aws/lib/subnet";
import { Construct } from "constructs";

export interface ZoneSubnetsProps {
  readonly vpcId: string;
  readonly availabilityZone: string;
  readonly publicCidr: string;
  readonly privateCidr: string;
  readonly publicRouteTableId: string;
  /** Prefix of the Name tags. */
  readonly name: string;
  /** Make a NAT gateway here, instead of using another zone's. */
  readonly natGateway: boolean;
}

/** One zone's public and private subnet, with the private one's route table and perhaps a NAT gateway. */
export class ZoneSubnets extends Construct {
  readonly publicSubnet: Subnet;
  readonly privateSubnet: Subnet;
  readonly privateRouteTable: RouteTable;
  readonly natGateway: NatGateway | undefined;

  constructor(scope: Construct, id: string, props: ZoneSubnetsProps) {
    super(scope, id);
    const { vpcId, availabilityZone } = props;
    this.publicSubnet = new Subnet(this, "public", {
      vpcId,
      availabilityZone,
      cidrBlock: props.publicCidr,
      tags: { Name: `${props.name}-public-${availabilityZone}`, "kubernetes.io/role/elb": "1" },
    });
    this.privateSubnet = new Subnet(this, "private", {
      vpcId,
      availabilityZone,
      cidrBlock: props.privateCidr,
      tags: {
        Name: `${props.name}-private-${availabilityZone}`,
        "kubernetes.io/role/internal-elb": "1",
      },
    });
    this.privateRouteTable = new RouteTable(this, "private-routes", {
      vpcId,
      tags: { Name: `${props.name}-private-${availabilityZone}` },
    });
    new RouteTableAssociation(this, "public-association", {
      subnetId: this.publicSubnet.id,
      routeTableId: props.publicRouteTableId,
    });
    new RouteTableAssociation(this, "private-association", {
      subnetId: this.privateSubnet.id,
      routeTableId: this.privateRouteTable.id,
    });
    this.natGateway = props.natGateway ? this.createNatGateway(props) : undefined;
  }

  private createNatGateway({ name, availabilityZone }: ZoneSubnetsProps): NatGateway {
    const tags = { Name: `${name}-nat-${availabilityZone}` };
    const address = new Eip(this, "nat-address", { domain: "vpc", tags });
    return new NatGateway(this, "nat", {
      allocationId: address.id,
      subnetId: this.publicSubnet.id,
      tags,
    });
  }
}
