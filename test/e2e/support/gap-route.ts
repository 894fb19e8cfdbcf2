/** A request to AWS as the gap routes see it. */
export interface AwsCall {
  readonly method: string;
  /** Path segments, decoded. @example ["clusters", "c", "addons"] */
  readonly path: readonly string[];
  readonly query: URLSearchParams;
  readonly body: Readonly<Record<string, unknown>>;
  readonly region: string;
}

/** What a route answers; undefined hands the call on to moto. */
export interface AwsAnswer {
  readonly status?: number;
  readonly body: object;
}
export type Route = (call: AwsCall) => AwsAnswer | Promise<AwsAnswer> | undefined;

/** AWS's answer for a thing that is not there, in the REST-JSON protocol. */
export const notFound = (message: string): AwsAnswer => ({
  status: 404,
  body: { __type: "ResourceNotFoundException", message },
});
