import { join } from "node:path";
import { loadPackageDefinition } from "@grpc/grpc-js";
import { loadSync } from "@grpc/proto-loader";
import type { ProtoGrpcType } from "./generated/remote_execution.ts";

const PROTOS = join(import.meta.dirname, "proto");

/** As `npm run reapi:types` is told in package.json, so that the types say what comes. */
const definition = loadSync("remote_execution.proto", {
  includeDirs: [PROTOS],
  longs: Number,
  enums: String,
  defaults: true,
});

// The library types what it loads at run time as anything at all; the generated types are its own.
const loaded = loadPackageDefinition(definition) as unknown as ProtoGrpcType;

/** Services and messages of the Remote Execution API, version 2. */
export const v2 = loaded.build.bazel.remote.execution.v2;
