#!/usr/bin/env node
// The AWS CLI as far as a deploy and its people call it, at the stand-in's endpoint.
const [service = "", action = "", ...rest] = process.argv.slice(2);
const option = (name) => rest[rest.indexOf(name) + 1];
const signed = (name) => ({
  authorization: `AWS4-HMAC-SHA256 Credential=testing/20261123/${option("--region")}/${name}/aws4_request, SignedHeaders=host, Signature=none`,
});

const call = async (target, body) => {
  const response = await fetch(process.env.AWS_ENDPOINT_URL, {
    method: "POST",
    body: JSON.stringify(body),
    headers: {
      "content-type": "application/x-amz-json-1.1",
      "x-amz-target": target,
      ...signed("secretsmanager"),
    },
  });
  if (!response.ok) throw new Error(`An error occurred: ${await response.text()}`);
  return response.json();
};

const answers = {
  "eks get-token": () =>
    JSON.stringify({
      apiVersion: "client.authentication.k8s.io/v1beta1",
      kind: "ExecCredential",
      status: { token: process.env.REHEARSAL_TOKEN },
    }),
  "secretsmanager get-secret-value": async () =>
    (await call("secretsmanager.GetSecretValue", { SecretId: option("--secret-id") })).SecretString,
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
