const UNITS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** `"500ms"`, `"2s"`, `"10m"`, `"1h"`, `"7d"`, or a number of seconds → milliseconds; null where it is none of these. */
export function parseDuration(written: string | number): number | null {
  if (typeof written === "number") return written >= 0 ? finite(written * 1_000) : null;
  const match = /^\s*(\d+(?:\.\d+)?)\s*(ms|s|m|h|d)?\s*$/.exec(written);
  if (match === null) return null;
  const unit = (match[2] ?? "s") as keyof typeof UNITS;
  return finite(Number(match[1]) * UNITS[unit]);
}

function finite(ms: number): number | null {
  return Number.isFinite(ms) ? ms : null;
}

/** Milliseconds → a short text for people: `450 ms`, `12 s`, `3 m 20 s`, `2 h 5 m`, `4 d 3 h`. */
export function printDuration(ms: number): string {
  if (Math.round(ms) < 1_000) return `${Math.round(ms)} ms`;
  const seconds = Math.floor(Math.round(ms) / 1_000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return withRest(`${minutes} m`, seconds % 60, "s");
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return withRest(`${hours} h`, minutes % 60, "m");
  return withRest(`${Math.floor(hours / 24)} d`, hours % 24, "h");
}

function withRest(head: string, rest: number, unit: string): string {
  return rest === 0 ? head : `${head} ${rest} ${unit}`;
}
