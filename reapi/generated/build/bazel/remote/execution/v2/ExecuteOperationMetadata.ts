// Original file: reapi/proto/remote_execution.proto


// Original file: reapi/proto/remote_execution.proto

export const _build_bazel_remote_execution_v2_ExecuteOperationMetadata_Stage = {
  UNKNOWN: 'UNKNOWN',
  CACHE_CHECK: 'CACHE_CHECK',
  QUEUED: 'QUEUED',
  EXECUTING: 'EXECUTING',
  COMPLETED: 'COMPLETED',
} as const;

export type _build_bazel_remote_execution_v2_ExecuteOperationMetadata_Stage =
  | 'UNKNOWN'
  | 0
  | 'CACHE_CHECK'
  | 1
  | 'QUEUED'
  | 2
  | 'EXECUTING'
  | 3
  | 'COMPLETED'
  | 4

export type _build_bazel_remote_execution_v2_ExecuteOperationMetadata_Stage__Output = typeof _build_bazel_remote_execution_v2_ExecuteOperationMetadata_Stage[keyof typeof _build_bazel_remote_execution_v2_ExecuteOperationMetadata_Stage]

export interface ExecuteOperationMetadata {
  'stage'?: (_build_bazel_remote_execution_v2_ExecuteOperationMetadata_Stage);
}

export interface ExecuteOperationMetadata__Output {
  'stage': (_build_bazel_remote_execution_v2_ExecuteOperationMetadata_Stage__Output);
}
