import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  addressCount,
  contains,
  formatCidr,
  host,
  overlaps,
  parseCidr,
  subnet,
} from "../../config/cidr.ts";
import { networks } from "../support/networks.ts";

const anyCidr = networks(0, 32);

describe("CIDR arithmetic", () => {
  test("what is formatted parses to the same network", () => {
    fc.assert(
      fc.property(anyCidr, (cidr) => {
        expect(parseCidr(formatCidr(cidr))).toEqual(cidr);
      }),
    );
  });

  test.each(["", "10.0.0.0", "10.0.0.0/33", "10.0.0.256/8", "10.0.0/8", "::/0", "10.0.0.0/8 "])(
    "%j is no CIDR",
    (text) => {
      expect(parseCidr(text)).toBeUndefined();
    },
  );

  test("subnets of one network lie in it and apart from each other", () => {
    const some = fc
      .record({
        cidr: anyCidr,
        more: fc.integer({ min: 1, max: 8 }),
        a: fc.nat(255),
        b: fc.nat(255),
      })
      .filter(
        ({ cidr, more, a, b }) => cidr.prefix + more <= 32 && a !== b && Math.max(a, b) < 2 ** more,
      );
    fc.assert(
      fc.property(some, ({ cidr, more, a, b }) => {
        const [one, other] = [a, b].map((index) => subnet(cidr, cidr.prefix + more, index));
        if (one === undefined || other === undefined) throw new Error("no subnet");
        expect(contains(cidr, one) && contains(cidr, other)).toBe(true);
        expect(overlaps(one, other)).toBe(false);
        expect(overlaps(cidr, one)).toBe(true);
      }),
    );
  });

  test.each([
    ["10.0.0.0/24", 10, "10.0.0.10"],
    ["255.255.255.0/24", 255, "255.255.255.255"],
  ])("address of %s number %i is %s", (text, index, address) => {
    const cidr = parseCidr(text);
    expect(cidr && host(cidr, index)).toBe(address);
  });

  test("there is no subnet and no address outside", () => {
    const cidr = { base: 0, prefix: 24 };
    expect(() => subnet(cidr, 25, 2)).toThrow("0.0.0.0/24 has no /25 number 2");
    expect(() => subnet(cidr, 23, 0)).toThrow("0.0.0.0/24 has no /23 number 0");
    expect(() => host(cidr, addressCount(24))).toThrow("0.0.0.0/24 has no address number 256");
  });
});
