#!/usr/bin/env node
// The AWS CLI as far as a deploy and its people call it, at the stand-in's endpoint.
const [service = "", action = "", ...rest] = process.argv.slice(2);
const option = (name) => rest[rest.indexOf(name) + 1];
const signed = (name) => ({
  authorization: `AWS4-HMAC-SHA256 Credential=testing/20261123/${option("--region")}/${name}/aws4_request, SignedHeaders=host, Signature=none`,
});

const call = async (service, path, request = {}) => {
  const response = await fetch(`${process.env.AWS_ENDPOINT_URL}${path}`, {
    ...request,
    headers: { ...request.headers, ...signed(service) },
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`An error occurred: ${text}`);
  return text;
};

/** Whoever deploys has taken on the example's role of its cluster's admins. */
const ACCOUNT = "111122223333";

const answers = {
  "eks get-token": () =>
    JSON.stringify({
      apiVersion: "client.authentication.k8s.io/v1beta1",
      kind: "ExecCredential",
      status: { token: process.env.REHEARSAL_TOKEN },
    }),
  "secretsmanager get-secret-value": async () => {
    const answer = await call("secretsmanager", "/", {
      method: "POST",
      body: JSON.stringify({ SecretId: option("--secret-id") }),
      headers: {
        "content-type": "application/x-amz-json-1.1",
        "x-amz-target": "secretsmanager.GetSecretValue",
      },
    });
    return JSON.parse(answer).SecretString;
  },
  "sts get-caller-identity": () =>
    JSON.stringify({
      Account: ACCOUNT,
      Arn: `arn:aws:sts::${ACCOUNT}:assumed-role/deployer/rehearsal`,
    }),
  "service-quotas get-service-quota": () => JSON.stringify({ Quota: { Value: 512 } }),
  "route53 get-hosted-zone": async () => {
    const zone = await call("route53", `/2013-04-01/hostedzone/${option("--id")}`);
    const all = (name) =>
      [...zone.matchAll(new RegExp(`<${name}>([^<]+)`, "g"))].map(([, text]) => text);
    return JSON.stringify({
      HostedZone: { Name: all("Name")[0] },
      DelegationSet: { NameServers: all("NameServer") },
    });
  },
};

const answer = answers[`${service} ${action}`];
if (answer === undefined) {
  console.error(`the stand-in has no ${service} ${action}`);
  process.exitCode = 254;
} else {
  try {
    console.log(await answer());
  } catch (error) {
    console.error(error.message);
    process.exitCode = 254;
  }
}
