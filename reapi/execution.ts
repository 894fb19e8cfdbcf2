import type { ClientReadableStream, ServiceError } from "@grpc/grpc-js";
import { v2 } from "./definitions.ts";
import type { Digest } from "./digest.ts";
import type { ExecuteResponse__Output } from "./generated/build/bazel/remote/execution/v2/ExecuteResponse.ts";
import type { Operation__Output } from "./generated/google/longrunning/Operation.ts";
import type { Timestamp__Output } from "./generated/google/protobuf/Timestamp.ts";
import { RpcError } from "./rpc-error.ts";

/** How an action ended. */
export interface Execution {
  /** Of the action: what the action cache knows it by. */
  readonly digest: Digest;
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly outputs: ReadonlyMap<string, Digest>;
  /** The worker that ran it, as it names itself. */
  readonly worker: string;
  /** Seconds from the scheduler's queue to a worker; undefined when the server does not tell. */
  readonly queuedSec: number | undefined;
  /** What the server has to say beside, as a link to its browser. */
  readonly message: string;
}

/** Google's numbers of status codes: an answer that never came. */
const UNAVAILABLE = 14;

/** Reads an execution's answers up to the last. */
export const follow = (
  stream: ClientReadableStream<Operation__Output>,
  onStage: (stage: string) => void = () => {},
): Promise<ExecuteResponse__Output> =>
  new Promise((resolve, reject) => {
    let last: Operation__Output | undefined;
    stream.on("data", (operation: Operation__Output) => {
      last = operation;
      if (operation.metadata === null || operation.metadata === undefined) return;
      onStage(v2.ExecuteOperationMetadata.deserialize(anyBytes(operation.metadata)).stage);
    });
    stream.once("error", (error: ServiceError) => reject(RpcError.of(error)));
    stream.once("end", () => {
      if (last?.error) reject(new RpcError(last.error.code, last.error.message));
      else if (last?.done && last.response) {
        resolve(v2.ExecuteResponse.deserialize(anyBytes(last.response)));
      } else reject(new RpcError(UNAVAILABLE, "the server ended the execution without a result"));
    });
  });

const anyBytes = (any: { value?: Buffer | Uint8Array | string | null }): Buffer =>
  Buffer.from(any.value ?? "");

const seconds = (time: Timestamp__Output | null | undefined): number | undefined =>
  time ? Number(time.seconds) + time.nanos / 1e9 : undefined;

/** A response as one value; output that was not sent along is fetched with `read`. */
export const executionOf = async (
  digest: Digest,
  response: ExecuteResponse__Output,
  read: (digest: Digest) => Promise<Buffer>,
): Promise<Execution> => {
  const { result } = response;
  if (!result) throw new RpcError(UNAVAILABLE, "the server told no result");
  const text = async (raw: Buffer, at: Digest | null): Promise<string> =>
    (raw.length === 0 && at !== null && at.sizeBytes > 0 ? await read(at) : raw).toString();
  const metadata = result.executionMetadata;
  const queued = seconds(metadata?.queuedTimestamp);
  const started = seconds(metadata?.workerStartTimestamp);
  return {
    digest,
    exitCode: result.exitCode,
    stdout: await text(result.stdoutRaw, result.stdoutDigest),
    stderr: await text(result.stderrRaw, result.stderrDigest),
    outputs: new Map(
      result.outputFiles.flatMap(({ path, digest: at }) => (at === null ? [] : [[path, at]])),
    ),
    worker: metadata?.worker ?? "",
    queuedSec: queued === undefined || started === undefined ? undefined : started - queued,
    message: response.message,
  };
};
