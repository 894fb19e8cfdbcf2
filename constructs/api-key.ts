import { LbListenerRule } from "@cdktf/provider-aws/lib/lb-listener-rule";
import { SecretsmanagerSecret } from "@cdktf/provider-aws/lib/secretsmanager-secret";
import { SecretsmanagerSecretVersion } from "@cdktf/provider-aws/lib/secretsmanager-secret-version";
import { Bytes } from "@cdktf/provider-random/lib/bytes";
import { Construct } from "constructs";

export interface ApiKeyProps {
  readonly listenerArn: string;
  readonly targetGroupArn: string;
  /** The rule's priority, 1 to 50000, unique on the listener. */
  readonly priority: number;
  /** Secrets Manager's name for the key. */
  readonly secretName: string;
}

/** The header that carries the key. */
export const API_KEY_HEADER = "x-api-key";
/** 256 bits. In hex, because ALB compares without case and reads `*` and `?` as wildcards. */
const KEY_BYTES = 32;

/** One generation of one API key: the key, a copy for its users, and the rule that admits it. */
export class ApiKey extends Construct {
  readonly secret: SecretsmanagerSecret;

  constructor(scope: Construct, id: string, props: ApiKeyProps) {
    super(scope, id);
    // random_bytes and not random_id: its value is marked sensitive, so that no plan prints it.
    const key = new Bytes(this, "key", { length: KEY_BYTES });
    this.secret = new SecretsmanagerSecret(this, "secret", {
      name: props.secretName,
      description: "An API key of nixbarn's load balancer",
      // A revoked key is of no use, and a name that waits for deletion blocks a new key.
      recoveryWindowInDays: 0,
    });
    new SecretsmanagerSecretVersion(this, "secret-value", {
      secretId: this.secret.id,
      secretString: key.hex,
    });
    new LbListenerRule(this, "rule", {
      listenerArn: props.listenerArn,
      priority: props.priority,
      condition: [{ httpHeader: { httpHeaderName: API_KEY_HEADER, values: [key.hex] } }],
      action: [{ type: "forward", targetGroupArn: props.targetGroupArn }],
      tags: { Name: props.secretName },
    });
  }
}
