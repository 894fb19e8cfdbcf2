import { Fn, type ITerraformDependable, TerraformResource } from "cdktf";
import { Construct } from "constructs";

export interface ProvisioningProps {
  /** The npm script that provisions, and its arguments; a failure fails the deploy. */
  readonly script: string;
  /** Where package.json is, seen from the stack's folder in cdktf.out. */
  readonly projectFolder: string;
  /** Handed to the script in its environment: never in a command line, where others could read it. */
  readonly environment: Readonly<Record<string, string>>;
  /** When one of these changes, the next deploy runs the script again. */
  readonly triggers: Readonly<Record<string, string>>;
  readonly dependsOn: ITerraformDependable[];
}

/** Runs a script of this project on this machine during `cdktf deploy`. */
export class Provisioning extends Construct {
  constructor(scope: Construct, id: string, props: ProvisioningProps) {
    super(scope, id);
    // Not cdktf's DataResource: that one runs Terraform at synthesis, which must do without.
    const run = new TerraformResource(this, "run", {
      terraformResourceType: "terraform_data",
      dependsOn: props.dependsOn,
      provisioners: [
        {
          type: "local-exec",
          command: `npm run --silent ${props.script}`,
          workingDir: props.projectFolder,
          environment: { ...props.environment },
        },
      ],
    });
    run.addOverride("triggers_replace", { ...props.triggers });
  }
}

/** A value as JSON, also when Terraform alone knows its parts. */
export const asJson = (value: unknown): string => Fn.jsonencode(value);
