import { join } from "node:path";
import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import {
  LocalBackend,
  S3Backend,
  type S3BackendConfig,
  TerraformOutput,
  TerraformStack,
} from "cdktf";
import type { Construct } from "constructs";
import { type StackName, stackId, tagsOf } from "../config/names.ts";
import type { Environment } from "../config/schema.ts";
import { TERRAFORM_VERSION_CONSTRAINT } from "../config/versions.ts";

/** What every stack gets; a stack that stands on others takes their outputs beside it. */
export interface StackProps {
  readonly environment: Environment;
  /** Folder of the local state files; used only when the environment keeps no state in S3. */
  readonly stateFolder: string;
}

/** State backend, AWS provider, tags and Terraform version, the same in every stack. */
export abstract class BaseStack extends TerraformStack {
  constructor(scope: Construct, stack: StackName, { environment, stateFolder }: StackProps) {
    super(scope, stackId(environment.name, stack));
    this.addOverride("terraform.required_version", TERRAFORM_VERSION_CONSTRAINT);
    this.createBackend(environment, stack, stateFolder);
    new AwsProvider(this, "aws", {
      region: environment.region,
      defaultTags: [{ tags: { ...environment.tags, ...tagsOf(environment.name) } }],
    });
  }

  private createBackend(
    { name, region, state }: Environment,
    stack: StackName,
    stateFolder: string,
  ) {
    if (state.s3 === undefined) {
      new LocalBackend(this, { path: join(stateFolder, `${stack}.tfstate`) });
      return;
    }
    // cdktf 0.21 passes useLockfile on but does not know it: https://github.com/hashicorp/terraform-cdk/issues/3834
    const config: S3BackendConfig & { readonly useLockfile: boolean } = {
      bucket: state.s3.bucket,
      region: state.s3.region ?? region,
      key: `${state.s3.prefix}/${name}/${stack}.tfstate`,
      encrypt: true,
      useLockfile: true,
      ...(state.s3.kmsKeyArn === undefined ? {} : { kmsKeyId: state.s3.kmsKeyArn }),
    };
    new S3Backend(this, config);
  }

  /** Makes each value a Terraform output of the same name and gives the values back. */
  protected publish<Outputs extends Readonly<Record<string, unknown>>>(outputs: Outputs): Outputs {
    for (const [name, value] of Object.entries(outputs)) {
      new TerraformOutput(this, name, { value, staticId: true });
    }
    return outputs;
  }
}
