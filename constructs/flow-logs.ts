import { CloudwatchLogGroup } from "@cdktf/provider-aws/lib/cloudwatch-log-group";
import { FlowLog } from "@cdktf/provider-aws/lib/flow-log";
import { Construct } from "constructs";
import { ServiceRole } from "./service-role.ts";

export interface FlowLogsProps {
  readonly vpcId: string;
  /** Name of the role; the log group is `/nixbarn/<name>`. */
  readonly name: string;
  readonly retentionDays: number;
}

/** All of a VPC's flows, accepted and rejected, in CloudWatch. */
export class FlowLogs extends Construct {
  constructor(scope: Construct, id: string, { vpcId, name, retentionDays }: FlowLogsProps) {
    super(scope, id);
    const logs = new CloudwatchLogGroup(this, "log-group", {
      name: `/nixbarn/${name}`,
      retentionInDays: retentionDays,
    });
    // https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-iam-role.html
    const writer = new ServiceRole(this, "role", {
      name,
      service: "vpc-flow-logs.amazonaws.com",
      statements: [
        {
          Effect: "Allow",
          Action: [
            "logs:CreateLogStream",
            "logs:PutLogEvents",
            "logs:DescribeLogGroups",
            "logs:DescribeLogStreams",
          ],
          Resource: [logs.arn, `${logs.arn}:*`],
        },
      ],
    });
    new FlowLog(this, "Resource", {
      vpcId,
      trafficType: "ALL",
      logDestination: logs.arn,
      iamRoleArn: writer.role.arn,
      dependsOn: writer.policies,
    });
  }
}
