import fc from "fast-check";
import { type Cidr, networkOf } from "../../config/cidr.ts";

/** Any IPv4 network with a prefix in a closed range. */
export const networks = (minPrefix: number, maxPrefix: number): fc.Arbitrary<Cidr> =>
  fc
    .record({
      base: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
      prefix: fc.integer({ min: minPrefix, max: maxPrefix }),
    })
    .map(networkOf);
