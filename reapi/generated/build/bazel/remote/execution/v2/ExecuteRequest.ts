// Original file: reapi/proto/remote_execution.proto

import type { Digest as _build_bazel_remote_execution_v2_Digest, Digest__Output as _build_bazel_remote_execution_v2_Digest__Output } from '../../../../../build/bazel/remote/execution/v2/Digest.ts';

export interface ExecuteRequest {
  'instanceName'?: (string);
  'actionDigest'?: (_build_bazel_remote_execution_v2_Digest | null);
}

export interface ExecuteRequest__Output {
  'instanceName': (string);
  'actionDigest': (_build_bazel_remote_execution_v2_Digest__Output | null);
}
