import { ReapiClient } from "../reapi/client.ts";

/** Where Bazel connects, and by which way. */
export interface EndpointTarget {
  /** The name in the certificate. */
  readonly name: string;
  readonly port: number;
  /** Another address than the name's: before DNS is delegated, or through a tunnel. */
  readonly connectTo?: { readonly host: string; readonly port: number };
  /** Certificates to trust instead of Node's own, as PEM. */
  readonly ca?: string;
}

export const addressOf = ({ name, port, connectTo }: EndpointTarget) =>
  connectTo ?? { host: name, port };

/** A client of the endpoint; without a key as a stranger. */
export const clientOf = (target: EndpointTarget, apiKey?: string): ReapiClient => {
  const { host, port } = addressOf(target);
  return new ReapiClient({
    address: `${host}:${port}`,
    serverName: target.name,
    ...(target.ca === undefined ? {} : { tls: { ca: target.ca } }),
    ...(apiKey === undefined ? {} : { apiKey }),
  });
};
