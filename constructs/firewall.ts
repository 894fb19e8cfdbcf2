import { SecurityGroup } from "@cdktf/provider-aws/lib/security-group";
import { VpcSecurityGroupEgressRule } from "@cdktf/provider-aws/lib/vpc-security-group-egress-rule";
import { VpcSecurityGroupIngressRule } from "@cdktf/provider-aws/lib/vpc-security-group-ingress-rule";
import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";

export interface FirewallProps {
  readonly vpcId: string;
  readonly name: string;
  readonly description: string;
}

/** A security group with nothing allowed, and methods that each allow one thing. */
export class Firewall extends Construct {
  readonly group: SecurityGroup;

  /** The rules so far: what needs the way to be open waits for them. */
  readonly rules: ITerraformDependable[] = [];

  constructor(scope: Construct, id: string, { vpcId, name, description }: FirewallProps) {
    super(scope, id);
    this.group = new SecurityGroup(this, "Resource", {
      vpcId,
      name,
      description,
      tags: { Name: name },
    });
  }

  /** Admits TCP on one port from each network. */
  admitCidrs(what: string, port: number, cidrs: readonly string[]): void {
    for (const cidr of cidrs) {
      const rule = new VpcSecurityGroupIngressRule(this, `${what}-from-${cidr}`, {
        securityGroupId: this.group.id,
        description: what,
        ipProtocol: "tcp",
        fromPort: port,
        toPort: port,
        cidrIpv4: cidr,
      });
      this.rules.push(rule);
    }
  }

  /** Admits TCP on one port from the members of another security group. */
  admitGroup(what: string, port: number, securityGroupId: string): void {
    const rule = new VpcSecurityGroupIngressRule(this, what, {
      securityGroupId: this.group.id,
      description: what,
      ipProtocol: "tcp",
      fromPort: port,
      toPort: port,
      referencedSecurityGroupId: securityGroupId,
    });
    this.rules.push(rule);
  }

  /** Lets everything out, for a machine that fetches packages, sources and images. */
  allowAllOut(): void {
    const rule = new VpcSecurityGroupEgressRule(this, "out", {
      securityGroupId: this.group.id,
      description: "all out",
      ipProtocol: "-1",
      cidrIpv4: "0.0.0.0/0",
    });
    this.rules.push(rule);
  }
}
