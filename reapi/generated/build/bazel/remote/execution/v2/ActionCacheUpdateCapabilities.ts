// Original file: reapi/proto/remote_execution.proto


export interface ActionCacheUpdateCapabilities {
  'updateEnabled'?: (boolean);
}

export interface ActionCacheUpdateCapabilities__Output {
  'updateEnabled': (boolean);
}
