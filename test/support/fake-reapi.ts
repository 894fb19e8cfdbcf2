import { createHash } from "node:crypto";
import { Server, ServerCredentials, type ServerUnaryCall, status } from "@grpc/grpc-js";
import { v2 } from "../../reapi/definitions.ts";
import type { Action__Output } from "../../reapi/generated/build/bazel/remote/execution/v2/Action.ts";
import type { ActionCacheHandlers } from "../../reapi/generated/build/bazel/remote/execution/v2/ActionCache.ts";
import type { ActionResult } from "../../reapi/generated/build/bazel/remote/execution/v2/ActionResult.ts";
import type { CapabilitiesHandlers } from "../../reapi/generated/build/bazel/remote/execution/v2/Capabilities.ts";
import type { Command__Output } from "../../reapi/generated/build/bazel/remote/execution/v2/Command.ts";
import type { ContentAddressableStorageHandlers } from "../../reapi/generated/build/bazel/remote/execution/v2/ContentAddressableStorage.ts";
import type { ExecutionHandlers } from "../../reapi/generated/build/bazel/remote/execution/v2/Execution.ts";

type Headers = Readonly<Record<string, string>>;

/** What a call or an action ends with instead of an answer. */
export class Refusal extends Error {
  readonly code: status;
  readonly details: string;

  constructor(code: status, details: string) {
    super(details);
    this.code = code;
    this.details = details;
  }
}

export interface FakeReapiOptions {
  /** Whether a call is let in, by its headers; a refusal is what the caller sees. */
  readonly admit?: (headers: Headers) => Refusal | undefined;
  /** What an action does. Default: ends with exit code 0 and says nothing. */
  readonly run?: (command: Command__Output, action: Action__Output) => ActionResult | Refusal;
  readonly executionEnabled?: boolean;
  /** Default: false, as in a deployment, where only workers write the action cache. */
  readonly clientsWriteActionCache?: boolean;
  /** What the CAS gives back for what it was given. Default: the same. */
  readonly corrupt?: (blob: Buffer) => Buffer;
  /** Blobs that are taken and not kept. */
  readonly loses?: (blob: Buffer) => boolean;
  /** Keeps no results of actions. */
  readonly forgetsResults?: boolean;
  readonly tls?: { readonly cert: string; readonly key: string };
}

export interface FakeReapi {
  /** "127.0.0.1:port". */
  readonly address: string;
  readonly port: number;
  readonly headersSeen: Headers[];
  readonly close: () => void;
}

const hashOf = (blob: Buffer): string => createHash("sha256").update(blob).digest("hex");

/** A remote execution service in this process, which can be made wrong. */
export const startFakeReapi = (options: FakeReapiOptions = {}): Promise<FakeReapi> => {
  const blobs = new Map<string, Buffer>();
  const results = new Map<string, ActionResult>();
  const headersSeen: Headers[] = [];

  const headersOf = ({ metadata }: Pick<ServerUnaryCall<unknown, unknown>, "metadata">): Headers =>
    Object.fromEntries(
      Object.entries(metadata.getMap()).map(([name, value]) => [name, String(value)]),
    );
  const refusalOf = (call: Pick<ServerUnaryCall<unknown, unknown>, "metadata">) => {
    const headers = headersOf(call);
    headersSeen.push(headers);
    return options.admit?.(headers);
  };
  /** A handler that is asked only for calls that are let in, and answers at once or throws. */
  const unary =
    <Request, Response>(answer: (request: Request) => Response) =>
    (
      call: ServerUnaryCall<Request, Response>,
      callback: (error: Refusal | null, response?: Response) => void,
    ): void => {
      try {
        const refusal = refusalOf(call);
        if (refusal !== undefined) throw refusal;
        callback(null, answer(call.request));
      } catch (error) {
        callback(error instanceof Refusal ? error : new Refusal(status.INTERNAL, String(error)));
      }
    };
  const blobOf = (hash: string | undefined): Buffer => blobs.get(hash ?? "") ?? Buffer.alloc(0);

  const server = new Server();
  const capabilities: CapabilitiesHandlers = {
    GetCapabilities: unary(() => ({
      cacheCapabilities: { actionCacheUpdateCapabilities: { updateEnabled: false } },
      executionCapabilities: { execEnabled: options.executionEnabled ?? true },
    })),
  };
  const cas: ContentAddressableStorageHandlers = {
    FindMissingBlobs: unary(({ blobDigests }) => ({
      missingBlobDigests: blobDigests.filter(({ hash }) => !blobs.has(hash)),
    })),
    BatchUpdateBlobs: unary(({ requests }) => ({
      responses: requests.map(({ digest, data }) => {
        const right = digest?.hash === hashOf(data);
        if (right && options.loses?.(data) !== true)
          blobs.set(hashOf(data), options.corrupt?.(data) ?? data);
        return { digest, status: { code: right ? status.OK : status.INVALID_ARGUMENT } };
      }),
    })),
    BatchReadBlobs: unary(({ digests }) => ({
      responses: digests.map((digest) => ({
        digest,
        data: blobOf(digest.hash),
        status: { code: blobs.has(digest.hash) ? status.OK : status.NOT_FOUND },
      })),
    })),
  };
  const actionCache: ActionCacheHandlers = {
    GetActionResult: unary(({ actionDigest }) => {
      const result = results.get(actionDigest?.hash ?? "");
      if (result === undefined) throw new Refusal(status.NOT_FOUND, "no such result");
      return result;
    }),
    UpdateActionResult: unary(({ actionDigest, actionResult }): ActionResult => {
      if (options.clientsWriteActionCache !== true) {
        throw new Refusal(status.PERMISSION_DENIED, "clients do not write the action cache");
      }
      results.set(actionDigest?.hash ?? "", actionResult ?? {});
      return actionResult ?? {};
    }),
  };
  const execution: ExecutionHandlers = {
    Execute: (call) => {
      const refusal = refusalOf(call);
      if (refusal !== undefined) {
        call.destroy(refusal);
        return;
      }
      const hash = call.request.actionDigest?.hash ?? "";
      const action = v2.Action.deserialize(blobOf(hash));
      const command = v2.Command.deserialize(blobOf(action.commandDigest?.hash));
      // As Buildbarn does, which leaves it to clients to look into the action cache first.
      const given = options.run?.(command, action) ?? {};
      const stage = (name: "QUEUED" | "EXECUTING" | "COMPLETED") => ({
        type_url: "type.googleapis.com/build.bazel.remote.execution.v2.ExecuteOperationMetadata",
        value: v2.ExecuteOperationMetadata.serialize({ stage: name }),
      });
      call.write({ name: "operation", metadata: stage("QUEUED") });
      call.write({ name: "operation", metadata: stage("EXECUTING") });
      const failed = given instanceof Refusal;
      const kept = !failed && !action.doNotCache && options.forgetsResults !== true;
      if (kept && (given.exitCode ?? 0) === 0) results.set(hash, given);
      const response = failed
        ? { status: { code: given.code, message: given.details } }
        : { result: given };
      call.write({
        name: "operation",
        done: true,
        metadata: stage("COMPLETED"),
        response: {
          type_url: "type.googleapis.com/build.bazel.remote.execution.v2.ExecuteResponse",
          value: v2.ExecuteResponse.serialize(response),
        },
      });
      call.end();
    },
  };
  server.addService(v2.Capabilities.service, capabilities);
  server.addService(v2.ContentAddressableStorage.service, cas);
  server.addService(v2.ActionCache.service, actionCache);
  server.addService(v2.Execution.service, execution);

  const credentials =
    options.tls === undefined
      ? ServerCredentials.createInsecure()
      : ServerCredentials.createSsl(null, [
          { cert_chain: Buffer.from(options.tls.cert), private_key: Buffer.from(options.tls.key) },
        ]);
  return new Promise((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", credentials, (error, port) => {
      if (error !== null) return reject(error);
      resolve({
        address: `127.0.0.1:${port}`,
        port,
        headersSeen,
        close: () => server.forceShutdown(),
      });
    });
  });
};
