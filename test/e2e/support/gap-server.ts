import {
  createServer,
  type IncomingMessage,
  request,
  type Server,
  type ServerResponse,
} from "node:http";
import { dlmRoutes } from "./gap-dlm.ts";
import { ec2Corrections } from "./gap-ec2.ts";
import { type ControlPlane, eksRoutes } from "./gap-eks.ts";
import type { Route } from "./gap-route.ts";
import { unsigned } from "./unsigned.ts";

const readAll = async (stream: IncomingMessage): Promise<Buffer> => {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
};

/** Region and service that a request is signed for. @example ["eu-central-1", "eks"] */
const scopeOf = (message: IncomingMessage): [region: string, service: string] => {
  const scope = /Credential=[^/]+\/\d+\/([^/]+)\/([^/]+)\//.exec(
    message.headers.authorization ?? "",
  );
  return [scope?.[1] ?? "", scope?.[2] ?? ""];
};

const parseBody = (body: Buffer): Record<string, unknown> => {
  try {
    const parsed: unknown = JSON.parse(body.toString());
    return typeof parsed === "object" && parsed !== null ? { ...parsed } : {};
  } catch {
    return {};
  }
};

/** Names that callers use, by the names that moto chose for the same things. */
export type Renames = Map<string, string>;

const replaceAll = (text: string, pairs: Iterable<readonly [string, string]>): string =>
  [...pairs].reduce((changed, [from, to]) => changed.replaceAll(from, to), text);

/** Sends a call to moto and gives its answer back, with names exchanged on both ways. */
const forward = async (
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  body: Buffer,
  motoPort: number,
  renames: Renames,
  correct: (answer: string) => string,
): Promise<void> => {
  const toMoto = [...renames].map(([moto, ours]): [string, string] => [ours, moto]);
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const call = request(
      {
        host: "127.0.0.1",
        port: motoPort,
        method: incoming.method,
        path: replaceAll(incoming.url ?? "/", toMoto),
        headers: incoming.headers,
      },
      resolve,
    );
    call.on("error", reject);
    call.end(body);
  });
  const text = await readAll(response);
  const {
    "content-length": _length,
    "transfer-encoding": _encoding,
    ...headers
  } = response.headers;
  outgoing.writeHead(response.statusCode ?? 502, headers);
  outgoing.end(correct(replaceAll(text.toString(), renames)));
};

/** One call to moto's EC2, as the gap server's own client. */
const callEc2 = async (
  motoPort: number,
  region: string,
  fields: Record<string, string>,
): Promise<string> => {
  const response = await fetch(`http://127.0.0.1:${motoPort}/`, {
    method: "POST",
    body: new URLSearchParams({ Version: "2016-11-15", ...fields }),
    headers: unsigned(region, "ec2"),
  });
  return response.text();
};

/** What EKS does for a new cluster: a security group in the VPC of its subnets. */
const createSecurityGroup = async (
  motoPort: number,
  name: string,
  subnetIds: readonly string[],
  region: string,
): Promise<string> => {
  const subnet = await callEc2(motoPort, region, {
    Action: "DescribeSubnets",
    "SubnetId.1": subnetIds[0] ?? "",
  });
  const group = await callEc2(motoPort, region, {
    Action: "CreateSecurityGroup",
    GroupName: name,
    GroupDescription: "EKS",
    VpcId: /<vpcId>([^<]+)/.exec(subnet)?.[1] ?? "",
  });
  return /<groupId>([^<]+)/.exec(group)?.[1] ?? "";
};

/** What a suite does at a call, before it is answered. */
export interface AwsHooks {
  /** @param call EC2's form fields, as Action and VolumeId */
  readonly onEc2?: (call: URLSearchParams) => Promise<void>;
  /** Called at each call; the call is not looked at before this resolves. */
  readonly hold?: () => Promise<void>;
  /** Whether the credentials count as expired now. */
  readonly expired?: () => boolean;
}

/** Services that answer in JSON; the others do in XML. */
const JSON_SERVICES = ["eks", "acm", "secretsmanager", "dlm", "logs", "kms"];
const EXPIRED = "The security token included in the request is expired";

/** How a service says that credentials have expired. */
const expiredAnswer = (service: string): { readonly type: string; readonly body: string } => {
  if (JSON_SERVICES.includes(service)) {
    const body = JSON.stringify({ __type: "ExpiredTokenException", message: EXPIRED });
    return { type: "application/json", body };
  }
  const error = `<Error><Type>Sender</Type><Code>ExpiredToken</Code><Message>${EXPIRED}</Message></Error>`;
  return {
    type: "text/xml",
    body:
      service === "ec2"
        ? `<Response><Errors>${error}</Errors><RequestID>1</RequestID></Response>`
        : `<ErrorResponse>${error}<RequestId>1</RequestId></ErrorResponse>`,
  };
};

/**
 * Stands in front of moto: answers what moto lacks (EKS add-ons, access entries and pod identity;
 * DLM) from memory and forwards the rest.
 * @param motoPort moto's port on loopback
 * @param controlPlane what EKS says of each cluster
 */
export const startGapServer = async (
  motoPort: number,
  controlPlane?: ControlPlane,
  hooks: AwsHooks = {},
): Promise<{ server: Server; port: number; renames: Renames }> => {
  const routes: Readonly<Record<string, Route>> = {
    eks: eksRoutes((...group) => createSecurityGroup(motoPort, ...group), controlPlane),
    dlm: dlmRoutes(),
  };
  const ec2 = ec2Corrections();
  const renames: Renames = new Map();
  const answer = async (incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> => {
    const body = await readAll(incoming);
    await hooks.hold?.();
    // Who called is gone meanwhile: the call never came.
    if (outgoing.destroyed) return;
    const url = new URL(incoming.url ?? "/", "http://127.0.0.1");
    const [region, service] = scopeOf(incoming);
    if (hooks.expired?.() === true) {
      const { type, body: text } = expiredAnswer(service);
      outgoing.writeHead(403, {
        "content-type": type,
        "x-amzn-errortype": "ExpiredTokenException",
      });
      outgoing.end(text);
      return;
    }
    if (service === "ec2") await hooks.onEc2?.(new URLSearchParams(body.toString()));
    const own = await routes[service]?.({
      method: incoming.method ?? "GET",
      path: url.pathname.split("/").filter(Boolean).map(decodeURIComponent),
      query: url.searchParams,
      body: parseBody(body),
      region,
    });
    const correct = (text: string) =>
      service === "ec2" ? ec2.correct(new URLSearchParams(body.toString()), text) : text;
    if (own === undefined) return forward(incoming, outgoing, body, motoPort, renames, correct);
    outgoing.writeHead(own.status ?? 200, {
      "content-type": "application/json",
      ...("__type" in own.body ? { "x-amzn-errortype": String(own.body.__type) } : {}),
    });
    outgoing.end(JSON.stringify(own.body));
  };
  const server = createServer((incoming, outgoing) => {
    answer(incoming, outgoing).catch((error: unknown) => {
      if (!outgoing.headersSent) outgoing.writeHead(502);
      outgoing.end(String(error));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("gap server has no port");
  return { server, port: address.port, renames };
};
