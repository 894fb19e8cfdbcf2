import { lookup } from "node:dns/promises";
import { connect, type TLSSocket } from "node:tls";
import { type Check, failed, ok, type Verdict } from "./check.ts";
import { addressOf, type EndpointTarget } from "./endpoint.ts";

/** ACM renews 60 days ahead: when so few are left, it does not. */
const RENEWAL_OVERDUE_DAYS = 30;
const DAY_MS = 24 * 60 * 60 * 1000;

const resolveName = async ({ name, connectTo }: EndpointTarget): Promise<Verdict> => {
  if (connectTo !== undefined) {
    return ok(`not looked up: connecting to ${connectTo.host}:${connectTo.port}, as asked`);
  }
  try {
    const found = await lookup(name, { all: true });
    return ok(`${name} is ${found.map(({ address }) => address).join(", ")}`);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return failed(
      `${name} has no address (${reason})`,
      "see that the hosted zone is delegated: dig NS on its domain must name its Route 53 servers",
    );
  }
};

/** Connects with TLS; the certificate is judged when the connection stands or why it does not. */
const handshake = (target: EndpointTarget): Promise<TLSSocket> =>
  new Promise((resolve, reject) => {
    const socket = connect({
      ...addressOf(target),
      servername: target.name,
      ALPNProtocols: ["h2"],
      ...(target.ca === undefined ? {} : { ca: target.ca }),
    });
    socket.once("secureConnect", () => resolve(socket));
    socket.once("error", reject);
  });

const remedyOf = (code: string): string => {
  if (code === "CERT_HAS_EXPIRED") {
    return "see in ACM why it was not renewed: its validation record must be in the hosted zone";
  }
  if (code === "ERR_TLS_CERT_ALTNAME_INVALID") {
    return "give domain.certificateArn a certificate for this name, or leave it out to have one made";
  }
  if (/^E[A-Z]+$/.test(code)) {
    return "see that the load balancer is up, that access.clientCidrs has your address, and that no firewall is between";
  }
  return "see which certificate the load balancer has; with one of your own authority, give --ca FILE";
};

const certificate = async (target: EndpointTarget): Promise<Verdict> => {
  let socket: TLSSocket;
  try {
    socket = await handshake(target);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    const reason = error instanceof Error ? error.message : String(error);
    return failed(`${target.name}:${target.port}: ${reason || code}`, remedyOf(code));
  }
  try {
    const peer = socket.getPeerCertificate();
    const days = Math.floor((Date.parse(peer.valid_to) - Date.now()) / DAY_MS);
    if (days < RENEWAL_OVERDUE_DAYS) {
      return failed(
        `the certificate ends in ${days} days`,
        "ACM renews 60 days ahead: see that its validation record is in the hosted zone",
      );
    }
    if (socket.alpnProtocol !== "h2") {
      return failed(
        "the server does not speak HTTP/2, which gRPC needs",
        "see that nothing stands between you and the load balancer's HTTPS listener",
      );
    }
    return ok(`of ${target.name}, good for ${days} days, with HTTP/2`);
  } finally {
    socket.destroy();
  }
};

const NAME = "name";
export const CERTIFICATE = "certificate";

/** Name and certificate of the endpoint. */
export const endpointChecks = (target: EndpointTarget): readonly Check[] => [
  { name: NAME, run: () => resolveName(target) },
  { name: CERTIFICATE, needs: [NAME], run: () => certificate(target) },
];
