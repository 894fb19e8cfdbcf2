// Original file: reapi/proto/remote_execution.proto


export interface ExecutionCapabilities {
  'execEnabled'?: (boolean);
}

export interface ExecutionCapabilities__Output {
  'execEnabled': (boolean);
}
