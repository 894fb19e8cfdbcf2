import { type ServiceError, status } from "@grpc/grpc-js";

/** A call that the other side refused, or that did not come through. Never holds an API key. */
export class RpcError extends Error {
  readonly code: status;

  constructor(code: status, details: string) {
    super(`${status[code] ?? code}: ${details || "no details"}`);
    this.name = "RpcError";
    this.code = code;
  }

  static of({ code, details }: Pick<ServiceError, "code" | "details">): RpcError {
    return new RpcError(code, details);
  }
}
