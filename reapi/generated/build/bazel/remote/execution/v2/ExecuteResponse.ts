// Original file: reapi/proto/remote_execution.proto

import type { ActionResult as _build_bazel_remote_execution_v2_ActionResult, ActionResult__Output as _build_bazel_remote_execution_v2_ActionResult__Output } from '../../../../../build/bazel/remote/execution/v2/ActionResult.ts';
import type { Status as _google_rpc_Status, Status__Output as _google_rpc_Status__Output } from '../../../../../google/rpc/Status.ts';

export interface ExecuteResponse {
  'result'?: (_build_bazel_remote_execution_v2_ActionResult | null);
  'status'?: (_google_rpc_Status | null);
  'message'?: (string);
}

export interface ExecuteResponse__Output {
  'result': (_build_bazel_remote_execution_v2_ActionResult__Output | null);
  'status': (_google_rpc_Status__Output | null);
  'message': (string);
}
