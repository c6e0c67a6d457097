/** When the nth request is sent, in milliseconds after the first one. */
export type Schedule = (index: number) => number;

export function steady(perSecond: number): Schedule {
  return (index) => (index * 1_000) / perSecond;
}

export interface Burst {
  readonly size: number;
  /** From the start of one burst to the start of the next. */
  readonly everyMs: number;
  /** How long one burst takes to be sent. */
  readonly spreadMs: number;
}

/** Rests between bursts, so that connections idle until somebody closes them. */
export function bursts({ size, everyMs, spreadMs }: Burst): Schedule {
  return (index) => Math.floor(index / size) * everyMs + ((index % size) * spreadMs) / size;
}
