import { describe, expect, test } from "vitest";
import { browser } from "../../buildbarn/browser.ts";
import { frontend } from "../../buildbarn/frontend.ts";
import type { Json } from "../../buildbarn/json.ts";
import { scheduler } from "../../buildbarn/scheduler.ts";
import { worker } from "../../buildbarn/worker.ts";
import { example } from "../support/synth.ts";

const isObject = (value: unknown): value is Record<string, Json> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** All gRPC clients in a configuration: what has an address. */
const clientsIn = (value: Json): Record<string, Json>[] => {
  if (Array.isArray(value)) return value.flatMap(clientsIn);
  if (!isObject(value)) return [];
  return [
    ...("address" in value ? [value] : []),
    ...Object.values(value).flatMap((inner) => clientsIn(inner)),
  ];
};

/** Addresses of clients that would wait for a lost node for ever, or give up on one that restarts. */
const impatient = (configuration: Json): string[] =>
  clientsIn(configuration)
    // A runner's socket is in the same pod.
    .filter(({ address }) => !String(address).startsWith("unix:"))
    .filter(({ keepalive, defaultServiceConfig }) => {
      const waits = JSON.stringify(defaultServiceConfig ?? {}).includes('"waitForReady":true');
      return !(waits && isObject(keepalive) && "time" in keepalive && "timeout" in keepalive);
    })
    .map(({ address }) => String(address));

const environment = example();
const [pool] = environment.buildbarn.pools;
if (pool === undefined) throw new Error("the example has no pool");
const STORAGE = ["storage-0.storage.nixbarn:8981", "storage-1.storage.nixbarn:8981"];

describe("every client of another pod pings it and waits for it", () => {
  test.each([
    ["frontend", frontend(environment), ["scheduler.nixbarn:8982", ...STORAGE, ...STORAGE]],
    ["scheduler", scheduler(environment), STORAGE],
    [
      "worker",
      worker(environment, pool),
      [...STORAGE, ...STORAGE, "scheduler.nixbarn:8983", "unix:///worker/runner"],
    ],
    ["browser", browser(environment), [...STORAGE, ...STORAGE]],
  ])("%s", (_, configuration, addresses) => {
    expect(clientsIn(configuration).map(({ address }) => address)).toEqual(addresses);
    expect(impatient(configuration)).toEqual([]);
  });

  test("a client that does not is found", () => {
    const { keepalive: _, ...silent } = clientsIn(frontend(environment))[0] ?? {};
    expect(impatient([{ one: silent }, { two: { address: "host:1" } }])).toEqual([
      ...["scheduler.nixbarn:8982", "host:1"],
    ]);
  });
});
