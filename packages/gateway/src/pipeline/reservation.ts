import type { Cancelable } from "./cancelable.ts";

/** Unused: nothing came of it, by no fault of the app's. */
export type Outcome = "used" | "unused";

/** What a request may use at most, taken before it is sent. */
export interface Reservation {
  /** Tells the app what is left to it. */
  addHeaders(headers: Record<string, string>): void;
  /** Whose limits it holds; null from a move to one without room on. */
  readonly alias: string | null;
  /**
   * Before another alias stands in: what only the one before it needed goes back, and what this one needs is taken. `done` is
   * called at once, or later; false: its limits have no room.
   */
  moveTo(alias: string, done: (fits: boolean) => void): Cancelable | null;
  /** Gives back what was not used. Called exactly once. */
  settle(outcome: Outcome): void;
}
