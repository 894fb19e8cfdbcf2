import { credentials, Metadata, type ServiceError, status } from "@grpc/grpc-js";
import { type ActionRequest, encodeAction } from "./action.ts";
import { v2 } from "./definitions.ts";
import { type Digest, digestOf } from "./digest.ts";
import { type Execution, executionOf, follow } from "./execution.ts";
import type { ActionResult__Output } from "./generated/build/bazel/remote/execution/v2/ActionResult.ts";
import type { BatchReadBlobsResponse__Output } from "./generated/build/bazel/remote/execution/v2/BatchReadBlobsResponse.ts";
import type { BatchUpdateBlobsResponse__Output } from "./generated/build/bazel/remote/execution/v2/BatchUpdateBlobsResponse.ts";
import type { FindMissingBlobsResponse__Output } from "./generated/build/bazel/remote/execution/v2/FindMissingBlobsResponse.ts";
import type { ServerCapabilities__Output } from "./generated/build/bazel/remote/execution/v2/ServerCapabilities.ts";
import { RpcError } from "./rpc-error.ts";

export interface Endpoint {
  /** "host:port". */
  readonly address: string;
  /** Certificates to trust beside none others, as PEM; false: no TLS. Default: Node's own. */
  readonly tls?: { readonly ca: string } | false;
  /** The name that the certificate must have, when it is not that of `address`. */
  readonly serverName?: string;
  /** Sent as the header x-api-key. */
  readonly apiKey?: string;
  /** For each call but the execution itself. Default: 20. */
  readonly timeoutSec?: number;
}

export interface ExecuteOptions {
  /** From the call to the last answer, waiting for a worker included. Default: 3600. */
  readonly timeoutSec?: number;
  /** Told each stage as it is reached: QUEUED, EXECUTING, … */
  readonly onStage?: (stage: string) => void;
}

const DEFAULT_TIMEOUT_SEC = 20;
/** As the client bundle's --remote_timeout. */
const EXECUTION_TIMEOUT_SEC = 3600;
const KEEPALIVE_MS = 30_000;

type Done<Response> = (error: ServiceError | null, response?: Response) => void;

/**
 * A small client of the Remote Execution API: blobs of up to 4 MiB, no instance name. Calls are made
 * once: what fails is told as {@link RpcError}, not made again.
 */
export class ReapiClient {
  private readonly metadata = new Metadata();
  private readonly timeoutSec: number;
  private readonly services: ReturnType<typeof servicesAt>;

  constructor(endpoint: Endpoint) {
    if (endpoint.apiKey !== undefined) this.metadata.set("x-api-key", endpoint.apiKey);
    this.timeoutSec = endpoint.timeoutSec ?? DEFAULT_TIMEOUT_SEC;
    this.services = servicesAt(endpoint);
  }

  /** What the server says that it can do. */
  async capabilities(): Promise<{ execution: boolean; updatesActionCache: boolean }> {
    const answer = await this.call<ServerCapabilities__Output>((metadata, options, done) =>
      this.services.capabilities.getCapabilities({}, metadata, options, done),
    );
    const cache = answer.cacheCapabilities?.actionCacheUpdateCapabilities;
    return {
      execution: answer.executionCapabilities?.execEnabled ?? false,
      updatesActionCache: cache?.updateEnabled ?? false,
    };
  }

  /** Those of the blobs that the CAS does not hold. */
  async findMissing(digests: readonly Digest[]): Promise<readonly Digest[]> {
    const request = { blobDigests: [...digests] };
    const answer = await this.call<FindMissingBlobsResponse__Output>((metadata, options, done) =>
      this.services.cas.findMissingBlobs(request, metadata, options, done),
    );
    return answer.missingBlobDigests;
  }

  /** Puts blobs into the CAS, together at most 4 MiB. */
  async upload(blobs: readonly Buffer[]): Promise<void> {
    const requests = blobs.map((data) => ({ digest: digestOf(data), data }));
    const { responses } = await this.call<BatchUpdateBlobsResponse__Output>(
      (metadata, options, done) =>
        this.services.cas.batchUpdateBlobs({ requests }, metadata, options, done),
    );
    for (const response of responses) throwUnlessOk(response.status);
  }

  /** A blob of the CAS. @throws RpcError NOT_FOUND */
  async read(digest: Digest): Promise<Buffer> {
    const { responses } = await this.call<BatchReadBlobsResponse__Output>(
      (metadata, options, done) =>
        this.services.cas.batchReadBlobs({ digests: [digest] }, metadata, options, done),
    );
    throwUnlessOk(responses[0]?.status);
    return responses[0]?.data ?? Buffer.alloc(0);
  }

  /** The exit code that the action cache holds for an action; undefined when it holds none. */
  async cachedExitCode(action: Digest): Promise<number | undefined> {
    try {
      const answer = await this.call<ActionResult__Output>((metadata, options, done) =>
        this.services.actionCache.getActionResult(
          { actionDigest: action },
          metadata,
          options,
          done,
        ),
      );
      return answer.exitCode;
    } catch (error) {
      if (error instanceof RpcError && error.code === status.NOT_FOUND) return undefined;
      throw error;
    }
  }

  /** Writes the action cache, which is for workers alone. */
  async updateActionCache(action: Digest, exitCode: number): Promise<void> {
    const request = { actionDigest: action, actionResult: { exitCode } };
    await this.call<ActionResult__Output>((metadata, options, done) =>
      this.services.actionCache.updateActionResult(request, metadata, options, done),
    );
  }

  /**
   * Uploads an action and executes it, without a look into the action cache: that is the client's part,
   * as Buildbarn sees it. @throws RpcError, also for one that could not be executed
   */
  async execute(request: ActionRequest, options: ExecuteOptions = {}): Promise<Execution> {
    const { digest, blobs } = encodeAction(request);
    await this.upload(blobs);
    const timeoutSec = options.timeoutSec ?? EXECUTION_TIMEOUT_SEC;
    const stream = this.services.execution.execute({ actionDigest: digest }, this.metadata, {
      deadline: Date.now() + timeoutSec * 1000,
    });
    const response = await follow(stream, options.onStage);
    throwUnlessOk(response.status);
    return executionOf(digest, response, (blob) => this.read(blob));
  }

  close(): void {
    for (const service of Object.values(this.services)) service.close();
  }

  private call<Response>(
    start: (metadata: Metadata, options: { deadline: number }, done: Done<Response>) => void,
  ): Promise<Response> {
    return new Promise((resolve, reject) => {
      const deadline = Date.now() + this.timeoutSec * 1000;
      start(this.metadata, { deadline }, (error, response) => {
        if (error !== null) reject(RpcError.of(error));
        else if (response === undefined) reject(new Error("an answer without a message"));
        else resolve(response);
      });
    });
  }
}

const throwUnlessOk = (answer: { code: number; message: string } | null | undefined): void => {
  if (answer && answer.code !== status.OK) throw new RpcError(answer.code, answer.message);
};

const servicesAt = ({ address, tls, serverName }: Endpoint) => {
  const channel =
    tls === false
      ? credentials.createInsecure()
      : credentials.createSsl(tls === undefined ? null : Buffer.from(tls.ca));
  const options = {
    "grpc.keepalive_time_ms": KEEPALIVE_MS,
    "grpc.enable_retries": 0,
    // Clients made one after the other with different keys never share a connection.
    "grpc.use_local_subchannel_pool": 1,
    ...(serverName === undefined
      ? {}
      : { "grpc.ssl_target_name_override": serverName, "grpc.default_authority": serverName }),
  };
  return {
    capabilities: new v2.Capabilities(address, channel, options),
    cas: new v2.ContentAddressableStorage(address, channel, options),
    actionCache: new v2.ActionCache(address, channel, options),
    execution: new v2.Execution(address, channel, options),
  };
};
