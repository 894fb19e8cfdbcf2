import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { addressCount, contains, overlaps, parseCidr } from "../../config/cidr.ts";
import {
  MAX_VPC_PREFIX,
  MAX_ZONES,
  MIN_VPC_PREFIX,
  planNetwork,
  planSubnets,
} from "../../config/subnets.ts";
import { networks } from "../support/networks.ts";

const vpc = networks(MIN_VPC_PREFIX, MAX_VPC_PREFIX);
const zoneCount = fc.integer({ min: 1, max: MAX_ZONES });

const parsed = (text: string) => {
  const cidr = parseCidr(text);
  if (cidr === undefined) throw new Error(text);
  return cidr;
};

describe("the layout of subnets", () => {
  test("all lie in the VPC and apart from each other, large enough for a load balancer", () => {
    fc.assert(
      fc.property(vpc, zoneCount, (range, zones) => {
        const plan = planSubnets(range, zones);
        const all = [...plan.private, ...plan.public, plan.nixServer].map(parsed);
        expect(all).toHaveLength(2 * zones + 1);
        for (const [index, one] of all.entries()) {
          expect(contains(range, one)).toBe(true);
          expect(one.prefix).toBeLessThanOrEqual(27);
          expect(all.slice(index + 1).filter((other) => overlaps(one, other))).toEqual([]);
        }
      }),
    );
  });

  test("one more zone moves no subnet", () => {
    fc.assert(
      fc.property(vpc, fc.integer({ min: 1, max: MAX_ZONES - 1 }), (range, zones) => {
        const [before, after] = [planSubnets(range, zones), planSubnets(range, zones + 1)];
        expect(after.private.slice(0, zones)).toEqual(before.private);
        expect(after.public.slice(0, zones)).toEqual(before.public);
        expect([after.nixServer, after.nixServerAddress]).toEqual([
          before.nixServer,
          before.nixServerAddress,
        ]);
      }),
    );
  });

  test("the Nix server's address is in its subnet and none that AWS keeps", () => {
    fc.assert(
      fc.property(vpc, zoneCount, (range, zones) => {
        const plan = planSubnets(range, zones);
        const subnet = parsed(plan.nixServer);
        const address = parsed(`${plan.nixServerAddress}/32`);
        const offset = address.base - subnet.base;
        expect(contains(subnet, address)).toBe(true);
        expect(offset).toBeGreaterThan(3);
        expect(offset).toBeLessThan(addressCount(subnet.prefix) - 1);
      }),
    );
  });

  test("by example", () => {
    expect(
      planNetwork({ cidr: "10.40.0.0/16", availabilityZones: ["eu-central-1a", "eu-central-1b"] }),
    ).toEqual({
      zones: [
        {
          availabilityZone: "eu-central-1a",
          publicCidr: "10.40.192.0/22",
          privateCidr: "10.40.0.0/19",
        },
        {
          availabilityZone: "eu-central-1b",
          publicCidr: "10.40.196.0/22",
          privateCidr: "10.40.32.0/19",
        },
      ],
      storeZone: "eu-central-1a",
      nixServerCidr: "10.40.224.0/22",
      nixServerAddress: "10.40.224.10",
    });
  });
});
