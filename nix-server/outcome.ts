import type { DesiredServer } from "./desired.ts";
import type { Facts } from "./facts/facts.ts";
import type { Command } from "./host.ts";

export interface Change {
  readonly kind: "change";
  readonly before: string;
  readonly after: string;
  readonly commands: readonly Command[];
}
export interface NoOp {
  readonly kind: "no-op";
  readonly reason: string;
}
export interface Refusal {
  readonly kind: "refusal";
  readonly reason: string;
  readonly remedy: string;
}
export type Outcome = Change | NoOp | Refusal;

/** A pure comparison of what should be with what is. */
export interface Operation {
  readonly name: string;
  readonly decide: (desired: DesiredServer, facts: Facts) => Outcome;
}

export const change = (before: string, after: string, commands: readonly Command[]): Change => ({
  kind: "change",
  before,
  after,
  commands,
});
export const noOp = (reason: string): NoOp => ({ kind: "no-op", reason });
export const refusal = (reason: string, remedy: string): Refusal => ({
  kind: "refusal",
  reason,
  remedy,
});
