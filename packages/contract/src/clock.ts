/** Time as an argument, so that tests can own it. All values are milliseconds. */
export interface Clock {
  /** Wall clock, since the epoch: for what is printed or stored. May jump in either direction. */
  now(): number;
  /** Since an arbitrary origin, never backwards: for durations, deadlines, windows and ages. */
  monotonic(): number;
  /** Resolves after `ms`, or at once when the signal is aborted; never rejects. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}
