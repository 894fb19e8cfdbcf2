// Original file: reapi/proto/remote_execution.proto


export interface GetCapabilitiesRequest {
  'instanceName'?: (string);
}

export interface GetCapabilitiesRequest__Output {
  'instanceName': (string);
}
