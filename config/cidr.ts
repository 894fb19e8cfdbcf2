/** An IPv4 network, as integers so that it can be compared and split. */
export interface Cidr {
  /** First address as an unsigned 32-bit integer. */
  readonly base: number;
  /** Prefix length, 0 to 32. */
  readonly prefix: number;
}

const octetsToInt = (octets: readonly number[]): number =>
  octets.reduce((value, octet) => value * 256 + octet, 0);

const intToText = (value: number): string =>
  [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join(".");

/** Number of addresses in a network of this prefix length. */
export const addressCount = (prefix: number): number => 2 ** (32 - prefix);

/** Parses `10.0.0.0/16`; undefined when it is not an IPv4 CIDR. Host bits may be set. */
export const parseCidr = (text: string): Cidr | undefined => {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})$/.exec(text);
  if (match === null) return undefined;
  const numbers = match.slice(1).map(Number);
  const octets = numbers.slice(0, 4);
  const prefix = numbers[4] ?? 33;
  if (octets.some((octet) => octet > 255) || prefix > 32) return undefined;
  return { base: octetsToInt(octets), prefix };
};

/** `10.0.0.0/16` */
export const formatCidr = (cidr: Cidr): string => `${intToText(cidr.base)}/${cidr.prefix}`;

/** The same network with all host bits cleared. */
export const networkOf = (cidr: Cidr): Cidr => ({
  base: Math.floor(cidr.base / addressCount(cidr.prefix)) * addressCount(cidr.prefix),
  prefix: cidr.prefix,
});

/** True when the two networks share an address. */
export const overlaps = (a: Cidr, b: Cidr): boolean => {
  const widest = Math.min(a.prefix, b.prefix);
  return networkOf({ ...a, prefix: widest }).base === networkOf({ ...b, prefix: widest }).base;
};

/** True when every address of `inner` is in `outer`. */
export const contains = (outer: Cidr, inner: Cidr): boolean =>
  inner.prefix >= outer.prefix && overlaps(outer, inner);

/**
 * The `index`-th network of length `prefix` inside `cidr`, counted from 0.
 * @throws RangeError when there is no such network
 */
export const subnet = (cidr: Cidr, prefix: number, index: number): Cidr => {
  if (prefix < cidr.prefix || prefix > 32 || index < 0 || index >= 2 ** (prefix - cidr.prefix)) {
    throw new RangeError(`${formatCidr(cidr)} has no /${prefix} number ${index}`);
  }
  return { base: networkOf(cidr).base + index * addressCount(prefix), prefix };
};

/** The address number `index` of a network, counted from 0. @example host(10.0.0.0/24, 10) = "10.0.0.10" */
export const host = (cidr: Cidr, index: number): string => {
  if (index < 0 || index >= addressCount(cidr.prefix)) {
    throw new RangeError(`${formatCidr(cidr)} has no address number ${index}`);
  }
  return intToText(networkOf(cidr).base + index);
};
