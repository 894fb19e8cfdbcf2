import { createServer, type IncomingMessage, request, type Server } from "node:http";
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

/**
 * Stands in front of moto: answers what moto lacks (EKS add-ons, access entries and pod identity;
 * DLM) from memory and forwards the rest unchanged.
 * @param motoPort moto's port on loopback
 */
export const startGapServer = async (
  motoPort: number,
): Promise<{ server: Server; port: number }> => {
  const routes: Readonly<Record<string, Route>> = { eks: eksRoutes(), dlm: dlmRoutes() };
  const server = createServer((incoming, outgoing) => {
    void readAll(incoming).then((body) => {
      const url = new URL(incoming.url ?? "/", "http://127.0.0.1");
      const answer = routes[serviceOf(incoming)]?.({
        method: incoming.method ?? "GET",
        path: url.pathname.split("/").filter(Boolean).map(decodeURIComponent),
        query: url.searchParams,
        body: parseBody(body),
      });
      if (answer !== undefined) {
        outgoing.writeHead(answer.status ?? 200, {
          "content-type": "application/json",
          ...("__type" in answer.body ? { "x-amzn-errortype": String(answer.body.__type) } : {}),
        });
        outgoing.end(JSON.stringify(answer.body));
        return;
      }
      const forward = request(
        {
          host: "127.0.0.1",
          port: motoPort,
          method: incoming.method,
          path: incoming.url,
          headers: incoming.headers,
        },
        (response) => {
          outgoing.writeHead(response.statusCode ?? 502, response.headers);
          response.pipe(outgoing);
        },
      );
      forward.on("error", (error) => {
        outgoing.writeHead(502);
        outgoing.end(String(error));
      });
      forward.end(body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("gap server has no port");
  return { server, port: address.port };
};
