import { AcmCertificate } from "@cdktf/provider-aws/lib/acm-certificate";
import { AcmCertificateValidation } from "@cdktf/provider-aws/lib/acm-certificate-validation";
import { Route53Record } from "@cdktf/provider-aws/lib/route53-record";
import { Construct } from "constructs";

export interface EndpointCertificateProps {
  readonly domainName: string;
  readonly hostedZoneId: string;
}

/** An ACM certificate that proves itself by a record in the hosted zone, and renews itself. */
export class EndpointCertificate extends Construct {
  /** Known only once the certificate is issued. */
  readonly arn: string;

  constructor(
    scope: Construct,
    id: string,
    { domainName, hostedZoneId }: EndpointCertificateProps,
  ) {
    super(scope, id);
    const certificate = new AcmCertificate(this, "Resource", {
      domainName,
      validationMethod: "DNS",
      lifecycle: { createBeforeDestroy: true },
    });
    const proof = certificate.domainValidationOptions.get(0);
    const record = new Route53Record(this, "validation-record", {
      zoneId: hostedZoneId,
      name: proof.resourceRecordName,
      type: proof.resourceRecordType,
      records: [proof.resourceRecordValue],
      ttl: 300,
      // ACM asks for the same record again when a certificate of the same name is made.
      allowOverwrite: true,
    });
    this.arn = new AcmCertificateValidation(this, "validation", {
      certificateArn: certificate.arn,
      validationRecordFqdns: [record.fqdn],
    }).certificateArn;
  }
}
