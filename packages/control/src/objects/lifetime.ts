const DAY_MS = 86_400_000;

const UNITS: Readonly<Record<string, number>> = {
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: DAY_MS,
  w: 7 * DAY_MS,
};

/** LiteLLM's words. */
const WORDS: Readonly<Record<string, string>> = { hourly: "1h", daily: "1d", weekly: "7d", monthly: "1mo" };

/** No key outlives its gateway by more. */
const LONGEST_MS = 100 * 366 * DAY_MS;

/** `30s`, `12h`, `30d`, `2w`, `1mo` from then on → epoch milliseconds; null where it is none of these. */
export function endOf(duration: string, now: number): number | null {
  const match = /^(\d{1,9})(s|m|h|d|w|mo)$/.exec(WORDS[duration] ?? duration);
  if (match === null) return null;
  const [, digits, unit = ""] = match;
  const count = Number(digits);
  if (unit === "mo") return count > 1_200 ? null : addMonths(now, count);
  const ms = count * (UNITS[unit] ?? Number.NaN);
  return ms <= LONGEST_MS ? now + ms : null;
}

/** The same day of a later month, or its last one where it has no such day. UTC. */
function addMonths(now: number, months: number): number {
  const end = new Date(now);
  const day = end.getUTCDate();
  end.setUTCDate(1);
  end.setUTCMonth(end.getUTCMonth() + months);
  const lastDay = new Date(Date.UTC(end.getUTCFullYear(), end.getUTCMonth() + 1, 0)).getUTCDate();
  end.setUTCDate(Math.min(day, lastDay));
  return end.getTime();
}
