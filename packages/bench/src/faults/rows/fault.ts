import type { Simulator } from "@rollcall/simulator";
import type { Abilities, RunningSystem } from "../systems/system.ts";

/** What a fault can lay hands on. */
export interface Stage {
  /** The one that goes bad. */
  readonly bad: Simulator;
  readonly replicas: readonly Simulator[];
  readonly can: Abilities;
  readonly system: RunningSystem;
  /** Waits; shorter in a quick run. */
  readonly pause: (ms: number) => Promise<void>;
}

/** What the best conceivable gateway would show. */
export interface Expected {
  /** "none": a good replica was left, so every request that had no first byte yet could be answered. */
  readonly errors: "none" | "unavoidable";
  /** "told": streams were under way on the bad replica, and nobody could finish them. */
  readonly cuts: "none" | "told";
}

/** One row of the wall. */
export interface Fault {
  /** For --only. */
  readonly name: string;
  readonly title: string;
  /** What it does, in one sentence. */
  readonly does: string;
  readonly expected: Expected;
  /** Whose arrivals tell when it was left and used again. "none": nobody is to be left; "back": only the return counts. */
  readonly watch: "bad" | "all" | "back" | "none";
  /** How long the fault lasts. Default 3 s. */
  readonly holdMs?: number;
  /** Default: 2. */
  readonly replicas?: number;
  readonly tokensPerSecond?: number;
  /** How many requests the bad replica works on at once; the others wait in its queue. Default: any number. */
  readonly maxNumSeqs?: number;
  /** Arrivals a second, where fewer than the pace's are enough. */
  readonly perSecond?: number;
  /** Default "steady". */
  readonly load?: "steady" | "bursts";
  /** A system without these has a dash in this row. */
  readonly needs?: readonly (keyof Abilities)[];
  /** What clients send between strike and repair is not counted: the system itself is gone then. */
  readonly absence?: boolean;
  readonly strike: (stage: Stage) => void | Promise<void>;
  /** Default: the bad replica is reset to what it was. */
  readonly repair?: (stage: Stage) => void | Promise<void>;
}

export const CLEAN: Expected = { errors: "none", cuts: "none" };
export const CUTS_TOLD: Expected = { errors: "none", cuts: "told" };
