/** Unused: nothing came of it, by no fault of the app's. */
export type Outcome = "used" | "unused";

/** What a request may use at most, taken before it is sent. */
export interface Reservation {
  /** Tells the app what is left to it. */
  addHeaders(headers: Record<string, string>): void;
  /** Gives back what was not used. Called exactly once. */
  settle(outcome: Outcome): void;
}
