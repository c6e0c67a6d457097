import type { Dice } from "../src/routing/choose.ts";

/** Dice for a fleet at rest, but for what the test is about. */
export function stillDice(more: Partial<Dice> = {}): Dice {
  return {
    strategy: "least-busy",
    random: () => 0,
    inFlight: () => 0,
    warmth: () => 1,
    latency: () => null,
    recent: () => 0,
    prefix: () => 0,
    ...more,
  };
}
