// Original file: reapi/proto/remote_execution.proto

import type { Timestamp as _google_protobuf_Timestamp, Timestamp__Output as _google_protobuf_Timestamp__Output } from '../../../../../google/protobuf/Timestamp.ts';

export interface ExecutedActionMetadata {
  'worker'?: (string);
  'queuedTimestamp'?: (_google_protobuf_Timestamp | null);
  'workerStartTimestamp'?: (_google_protobuf_Timestamp | null);
  'workerCompletedTimestamp'?: (_google_protobuf_Timestamp | null);
}

export interface ExecutedActionMetadata__Output {
  'worker': (string);
  'queuedTimestamp': (_google_protobuf_Timestamp__Output | null);
  'workerStartTimestamp': (_google_protobuf_Timestamp__Output | null);
  'workerCompletedTimestamp': (_google_protobuf_Timestamp__Output | null);
}
