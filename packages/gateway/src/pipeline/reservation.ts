/** What a request may use at most, taken before it is sent. */
export interface Reservation {
  /** Gives back what was not used. Called exactly once. */
  settle(): void;
}
