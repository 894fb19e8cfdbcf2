import { createHash } from "node:crypto";
import type { ApiKey } from "./schema.ts";

/** One generation of one API key that the load balancer admits. */
export interface LiveKey {
  readonly name: string;
  readonly generation: number;
  /** The listener rule's priority, 1 to 50000, unique. */
  readonly priority: number;
}

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-rules.html */
const MAX_PRIORITY = 50_000;

const isPreviousLive = (key: ApiKey, today: string): boolean =>
  key.generation > 1 && key.previousValidUntil !== undefined && today <= key.previousValidUntil;

/**
 * The generations that are admitted on a day: each key's own, and the previous one until its last day.
 *
 * A priority is a hash of name and generation, so that adding, removing and rotating one key moves
 * no other key's rule; on a collision the later one in the order of names takes the next free number.
 * @param today the day in UTC, YYYY-MM-DD
 */
export const liveKeys = (keys: readonly ApiKey[], today: string): LiveKey[] => {
  const taken = new Set<number>();
  return keys
    .flatMap((key) => [
      ...(isPreviousLive(key, today) ? [{ name: key.name, generation: key.generation - 1 }] : []),
      { name: key.name, generation: key.generation },
    ])
    .sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : a.generation - b.generation))
    .map(({ name, generation }) => {
      const digest = createHash("sha256").update(`${name}/${generation}`).digest();
      let priority = (digest.readUInt32BE(0) % MAX_PRIORITY) + 1;
      while (taken.has(priority)) priority = (priority % MAX_PRIORITY) + 1;
      taken.add(priority);
      return { name, generation, priority };
    });
};
