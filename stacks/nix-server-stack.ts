import { DataAwsAmi } from "@cdktf/provider-aws/lib/data-aws-ami";
import { Eip } from "@cdktf/provider-aws/lib/eip";
import { Instance } from "@cdktf/provider-aws/lib/instance";
import { NetworkInterface } from "@cdktf/provider-aws/lib/network-interface";
import { VolumeAttachment } from "@cdktf/provider-aws/lib/volume-attachment";
import type { Construct } from "constructs";
import { stringify } from "yaml";
import { namesOf, stackId } from "../config/names.ts";
import type { StackOutputs } from "../config/outputs.ts";
import { PORTS } from "../config/ports.ts";
import type { Environment } from "../config/schema.ts";
import { ROOT_DISK_GIB } from "../config/sections/nix-server.ts";
import { planNetwork } from "../config/subnets.ts";
import { DEBIAN_IMAGE } from "../config/versions.ts";
import { Firewall } from "../constructs/firewall.ts";
import { NixStoreVolume } from "../constructs/nix-store-volume.ts";
import { asJson, Provisioning } from "../constructs/provisioning.ts";
import { BaseStack, type StackProps } from "./base-stack.ts";

/** Nitro instances ignore the name but the API wants one. */
const STORE_DEVICE_NAME = "/dev/sdf";

/** Only what ssh needs: who may log in. All else is the provisioner's. */
const cloudConfig = ({ nixServer }: Environment): string =>
  `#cloud-config\n${stringify(
    {
      ssh_authorized_keys: nixServer.admins.map((admin) => admin.publicKey),
      package_update: false,
    },
    { lineWidth: 0 },
  )}`;

export interface NixServerStackProps extends StackProps {
  readonly network: Pick<StackOutputs<"network">, "vpcId" | "nixServerSubnetId">;
  /** A hash of all that the provisioner would set on the server. */
  readonly provisioningTrigger: string;
  /** Where package.json is, seen from the stack's folder in cdktf.out. */
  readonly projectFolder: string;
}

/** The Nix server: an instance that can be replaced, and an address and a volume that stay. */
export class NixServerStack extends BaseStack {
  readonly outputs: StackOutputs<"nix-server">;

  constructor(scope: Construct, props: NixServerStackProps) {
    super(scope, "nix-server", props);
    const { environment, network } = props;
    const { nixServer } = environment;
    const names = namesOf(environment.name);
    const plan = planNetwork(environment.network);

    const nfsClients = new Firewall(this, "nfs-clients", {
      vpcId: network.vpcId,
      name: `${names.prefix}-nfs-clients`,
      description: "Nodes that mount /nix/store",
    });
    const firewall = new Firewall(this, "firewall", {
      vpcId: network.vpcId,
      name: `${names.prefix}-nix-server`,
      description: "The Nix server",
    });
    firewall.admitCidrs("ssh", PORTS.ssh, nixServer.sshCidrs);
    firewall.admitGroup("nfs", PORTS.nfs, nfsClients.group.id);
    firewall.allowAllOut();

    const networkInterface = new NetworkInterface(this, "network-interface", {
      subnetId: network.nixServerSubnetId,
      privateIps: [plan.nixServerAddress],
      securityGroups: [firewall.group.id],
      tags: { Name: `${names.prefix}-nix-server` },
    });
    const address = nixServer.public
      ? new Eip(this, "address", {
          domain: "vpc",
          networkInterface: networkInterface.id,
          associateWithPrivateIp: plan.nixServerAddress,
          tags: { Name: `${names.prefix}-nix-server` },
        })
      : undefined;
    const instance = this.createInstance(environment, networkInterface);
    const store = new NixStoreVolume(this, "store", {
      availabilityZone: plan.storeZone,
      ...nixServer.volume,
      snapshotsKept: nixServer.snapshots.keep,
      name: `${names.prefix}-nix-store`,
      snapshotRoleName: names.role("snapshots"),
    });
    const attachment = new VolumeAttachment(this, "store-attachment", {
      deviceName: STORE_DEVICE_NAME,
      instanceId: instance.id,
      volumeId: store.volume.id,
      stopInstanceBeforeDetaching: true,
    });
    this.outputs = this.publish({
      instanceId: instance.id,
      privateAddress: plan.nixServerAddress,
      sshAddress: address?.publicIp ?? plan.nixServerAddress,
      volumeId: store.volume.id,
      nfsClientSecurityGroupId: nfsClients.group.id,
    });
    const { name } = environment;
    new Provisioning(this, "provisioning", {
      script: "nix-server -- apply",
      projectFolder: props.projectFolder,
      environment: {
        ENVIRONMENT: name,
        NIXBARN_NIX_SERVER_OUTPUTS: asJson({ [stackId(name, "nix-server")]: this.outputs }),
      },
      triggers: {
        desired: props.provisioningTrigger,
        instance: instance.id,
        volume: `${store.volume.id} ${nixServer.volume.sizeGiB} GiB`,
      },
      dependsOn: [attachment, ...firewall.rules, ...(address === undefined ? [] : [address])],
    });
  }

  private createInstance(environment: Environment, networkInterface: NetworkInterface): Instance {
    const { architecture, instanceType } = environment.nixServer;
    const { prefix } = namesOf(environment.name);
    const image = new DataAwsAmi(this, "debian", {
      owners: [DEBIAN_IMAGE.ownerId],
      mostRecent: true,
      filter: [
        { name: "name", values: [`${DEBIAN_IMAGE.namePrefix}-${architecture}-*`] },
        { name: "virtualization-type", values: ["hvm"] },
      ],
    });
    return new Instance(this, "instance", {
      ami: image.id,
      instanceType,
      primaryNetworkInterface: { networkInterfaceId: networkInterface.id },
      rootBlockDevice: {
        encrypted: true,
        volumeType: "gp3",
        volumeSize: ROOT_DISK_GIB,
        tags: { Name: `${prefix}-nix-server-root` },
      },
      metadataOptions: {
        httpEndpoint: "enabled",
        httpTokens: "required",
        httpPutResponseHopLimit: 1,
      },
      userData: cloudConfig(environment),
      tags: { Name: `${prefix}-nix-server` },
      // A newer image or another admin must not replace a running server: that is done on purpose,
      // with `terraform apply -replace` (docs/operations.md).
      lifecycle: { ignoreChanges: ["ami", "user_data"] },
    });
  }
}
