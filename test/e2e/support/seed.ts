import { unsigned } from "./unsigned.ts";

/** What a user has before the first deploy: a hosted zone, or a certificate of their own. */

const call = async (
  endpoint: string,
  service: string,
  region: string,
  path: string,
  body: string,
  headers: Record<string, string>,
): Promise<string> => {
  const response = await fetch(`${endpoint}${path}`, {
    method: "POST",
    body,
    headers: {
      ...headers,
      ...unsigned(region, service),
    },
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${service}: ${response.status} ${text}`);
  return text;
};

const take = (text: string, pattern: RegExp): string => {
  const found = pattern.exec(text)?.[1];
  if (found === undefined) throw new Error(`no ${pattern} in ${text}`);
  return found;
};

/** @returns the id of a new hosted zone */
export const createHostedZone = async (endpoint: string, name: string): Promise<string> =>
  take(
    await call(
      endpoint,
      "route53",
      "us-east-1",
      "/2013-04-01/hostedzone",
      `<CreateHostedZoneRequest xmlns="https://route53.amazonaws.com/doc/2013-04-01/"><Name>${name}</Name><CallerReference>e2e</CallerReference></CreateHostedZoneRequest>`,
      { "content-type": "application/xml" },
    ),
    /\/hostedzone\/([A-Z0-9]+)/,
  );

/** @returns the ARN of a new certificate */
export const createCertificate = async (
  endpoint: string,
  region: string,
  name: string,
): Promise<string> =>
  take(
    await call(
      endpoint,
      "acm",
      region,
      "/",
      JSON.stringify({ DomainName: name, ValidationMethod: "DNS" }),
      {
        "content-type": "application/x-amz-json-1.1",
        "x-amz-target": "CertificateManager.RequestCertificate",
      },
    ),
    /"CertificateArn":\s*"([^"]+)"/,
  );
