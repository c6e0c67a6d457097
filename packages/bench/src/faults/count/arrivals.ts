/** The time around a fault, in wall clock milliseconds. */
export interface Outage {
  readonly struckAt: number;
  readonly repairedAt: number;
}

/** How a backend was used around its outage. */
export interface Usage {
  /** Requests that reached it while it was bad. */
  readonly hits: number;
  /** When regular use of it ended, after the fault; a trial now and then is no use. Null: it went on to the end. */
  readonly offMs: number | null;
  /** When the very last request reached it during the fault. Null: none did. */
  readonly lastMs: number | null;
  /** When the first one reached it again, after the repair. Null: none did. */
  readonly backMs: number | null;
}

/** More than so many requests within the window are regular use; fewer are the trials of a breaker. */
const TRIALS = 3;
const WINDOW_MS = 500;

/** Regular use this close to the repair never ended. */
const STILL_MS = 600;

/** `arrivals`: when inference requests reached one backend. */
export function readUsage(arrivals: readonly number[], { struckAt, repairedAt }: Outage): Usage {
  const during = arrivals.filter((at) => at >= struckAt && at < repairedAt).map((at) => at - struckAt);
  const outage = repairedAt - struckAt;
  const off = endOfUse(during);
  const first = arrivals.find((at) => at >= repairedAt);
  return {
    hits: during.length,
    offMs: during.length > TRIALS && outage - off < STILL_MS ? null : off,
    lastMs: during.at(-1) ?? null,
    backMs: first === undefined ? null : first - repairedAt,
  };
}

/** The last of more than TRIALS within one window; the very first when they never were so dense. */
function endOfUse(during: readonly number[]): number {
  const last = during.findLast((at, index) => at - (during[index - TRIALS] ?? -Infinity) < WINDOW_MS);
  return last ?? during[0] ?? 0;
}

/** Of several backends: the one that was worst off. */
export function worstUsage(all: readonly Usage[]): Usage {
  const lasts = all.flatMap(({ lastMs }) => lastMs ?? []);
  return {
    hits: all.reduce((sum, { hits }) => sum + hits, 0),
    offMs: worst(all.map(({ offMs }) => offMs)),
    lastMs: lasts.length === 0 ? null : Math.max(...lasts),
    backMs: worst(all.map(({ backMs }) => backMs)),
  };
}

function worst(values: readonly (number | null)[]): number | null {
  return values.reduce((a, b) => (a === null || b === null ? null : Math.max(a, b)), 0);
}
