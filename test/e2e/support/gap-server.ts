import {
  createServer,
  type IncomingMessage,
  request,
  type Server,
  type ServerResponse,
} from "node:http";
import { dlmRoutes } from "./gap-dlm.ts";
import { eksRoutes } from "./gap-eks.ts";

/** A request to AWS as the gap routes see it. */
export interface AwsCall {
  readonly method: string;
  /** Path segments, decoded. @example ["clusters", "c", "addons"] */
  readonly path: readonly string[];
  readonly query: URLSearchParams;
  readonly body: Readonly<Record<string, unknown>>;
}

/** What a route answers; undefined hands the call on to moto. */
export interface AwsAnswer {
  readonly status?: number;
  readonly body: object;
}
export type Route = (call: AwsCall) => AwsAnswer | undefined;

/** AWS's answer for a thing that is not there, in the REST-JSON protocol. */
export const notFound = (message: string): AwsAnswer => ({
  status: 404,
  body: { __type: "ResourceNotFoundException", message },
});

const readAll = async (stream: IncomingMessage): Promise<Buffer> => {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
};

/** The service that a request is signed for. @example "eks" */
const serviceOf = (message: IncomingMessage): string =>
  /Credential=[^/]+\/\d+\/[^/]+\/([^/]+)\//.exec(message.headers.authorization ?? "")?.[1] ?? "";

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
  outgoing.end(renames.size === 0 ? text : replaceAll(text.toString(), renames));
};

/**
 * Stands in front of moto: answers what moto lacks (EKS add-ons, access entries and pod identity;
 * DLM) from memory and forwards the rest.
 * @param motoPort moto's port on loopback
 */
export const startGapServer = async (
  motoPort: number,
): Promise<{ server: Server; port: number; renames: Renames }> => {
  const routes: Readonly<Record<string, Route>> = { eks: eksRoutes(), dlm: dlmRoutes() };
  const renames: Renames = new Map();
  const answer = async (incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> => {
    const body = await readAll(incoming);
    const url = new URL(incoming.url ?? "/", "http://127.0.0.1");
    const own = routes[serviceOf(incoming)]?.({
      method: incoming.method ?? "GET",
      path: url.pathname.split("/").filter(Boolean).map(decodeURIComponent),
      query: url.searchParams,
      body: parseBody(body),
    });
    if (own === undefined) return forward(incoming, outgoing, body, motoPort, renames);
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
