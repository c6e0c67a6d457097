import { OUTCOMES, type Outcome } from "./outcome.ts";

/** One request that has ended. Times are wall clock milliseconds. */
export interface Result {
  readonly sentAt: number;
  readonly endedAt: number;
  readonly stream: boolean;
  readonly outcome: Outcome;
  /** What an error was, in a word: the status, or what the connection did. */
  readonly sign: string;
  /** x-rollcall-reason, where there was one. */
  readonly reason: string | null;
}

export interface Tally extends Readonly<Record<Outcome, number>> {
  readonly sent: number;
  /** sign → how often, of everything that was not ok. */
  readonly signs: Readonly<Record<string, number>>;
  readonly reasons: readonly string[];
  /** When the first and the last request was sent that ended as an error, after the fault. */
  readonly errorsSent: { readonly firstMs: number; readonly lastMs: number } | null;
  /** Of whole answers. */
  readonly p50Ms: number;
  readonly p95Ms: number;
}

export interface Span {
  readonly from: number;
  readonly to: number;
}

export interface Moments {
  readonly struckAt: number;
  /** While the system itself was gone; what was sent then says nothing about it. */
  readonly absence: Span | null;
}

export function tally(results: readonly Result[], { struckAt, absence }: Moments): Tally {
  const own = absence === null ? results : results.filter(({ sentAt }) => !within(sentAt, absence));
  const bad = own.filter(({ outcome }) => outcome !== "ok");
  const errors = own.filter(({ outcome }) => outcome === "error").map(({ sentAt }) => sentAt - struckAt);
  const durations = own
    .filter(({ outcome }) => outcome === "ok")
    .map(({ sentAt, endedAt }) => endedAt - sentAt)
    .toSorted((a, b) => a - b);
  return {
    sent: own.length,
    ...countOutcomes(own),
    signs: countSigns(bad),
    reasons: [...new Set(bad.flatMap(({ reason }) => reason ?? []))],
    errorsSent: spanOf(errors),
    p50Ms: quantile(durations, 0.5),
    p95Ms: quantile(durations, 0.95),
  };
}

function spanOf(times: readonly number[]): Tally["errorsSent"] {
  return times.length === 0 ? null : { firstMs: Math.min(...times), lastMs: Math.max(...times) };
}

function within(at: number, { from, to }: Span): boolean {
  return at >= from && at < to;
}

function countOutcomes(results: readonly Result[]): Record<Outcome, number> {
  const count = (wanted: Outcome) => results.filter(({ outcome }) => outcome === wanted).length;
  return Object.fromEntries(OUTCOMES.map((outcome) => [outcome, count(outcome)])) as Record<Outcome, number>;
}

function countSigns(results: readonly Result[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { outcome, sign, stream } of results) {
    const key = `${outcome} ${sign}${stream ? " stream" : ""}`;
    counts[key] = (counts[key] ?? 0) + 1;
  }
  return counts;
}

function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}
