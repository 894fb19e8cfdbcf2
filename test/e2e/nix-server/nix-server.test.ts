import { afterAll, beforeAll, describe } from "vitest";
import { doctor } from "./doctor.ts";
import { firstContact } from "./first-contact.ts";
import { gate } from "./gate.ts";
import { interruption } from "./interruption.ts";
import { nfsExport } from "./nfs-export.ts";
import { replacement } from "./replacement.ts";
import { rulesNixpkgs } from "./rules-nixpkgs.ts";
import { upkeep } from "./upkeep.ts";
import { World } from "./world.ts";

let started: World | undefined;
const world = (): World => {
  if (started === undefined) throw new Error("the machines did not start");
  return started;
};

beforeAll(async () => {
  started = await World.start();
});
afterAll(() => started?.stop());

// One server's life, in order: each part finds what the one before it left.
describe("first contact", () => firstContact(world));
describe("interruption", () => interruption(world));
describe("gate", () => gate(world));
describe("rules_nixpkgs", () => rulesNixpkgs(world));
describe("doctor", () => doctor(world));
describe("NFS", () => nfsExport(world));
describe("upkeep", () => upkeep(world));
describe("replacement", () => replacement(world));
