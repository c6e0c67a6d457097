export interface Lateness {
  readonly count: number;
  /** Upper bounds in seconds, as fine as the histogram's buckets. */
  readonly p50: number;
  readonly p99: number;
}

const BUCKET = /^rollcall_prober_probe_lateness_seconds_bucket\{le="([^"]+)"\} (\d+)$/gm;

/** How late probes began between two scrapes of a prober. */
export function latenessBetween(before: string, after: string): Lateness {
  const [old, now] = [before, after].map(
    (page) =>
      new Map([...page.matchAll(BUCKET)].map(([, bound, count]) => [toSeconds(bound), Number(count)])),
  );
  const grown = [...(now ?? [])].map(([bound, count]) => ({ bound, count: count - (old?.get(bound) ?? 0) }));
  const count = grown.at(-1)?.count ?? 0;
  const below = (share: number) => grown.find((bucket) => bucket.count >= share * count)?.bound ?? Number.NaN;
  return { count, p50: below(0.5), p99: below(0.99) };
}

function toSeconds(bound: string | undefined): number {
  return bound === "+Inf" ? Number.POSITIVE_INFINITY : Number(bound);
}
