import type { HttpCount } from "../http-counters.ts";
import { histogram, withCreated } from "./families.ts";
import type { Family, Sample } from "./prometheus-text.ts";

const HIGHR = [
  0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 1.5, 2, 2.5, 3, 3.5, 4, 4.5, 5, 7.5, 10, 30, 60,
];

/** What the instrumentator counts, whichever engine answered. */
export function httpFamilies(counts: readonly HttpCount[], startedAtSeconds: number): Family[] {
  const requests = counts.map(({ handler, method, status, requests: count }): Sample => {
    return ["http_requests_total", { handler, method, status }, count];
  });
  const total = { requests: sum(counts, "requests"), seconds: sum(counts, "seconds") };
  const families: Family[] = [
    {
      name: "http_requests_total",
      help: "Total number of requests by method, status and handler.",
      type: "counter",
      samples: requests,
    },
    sizes("http_request_size_bytes", "Content length of incoming requests by handler.", counts),
    sizes("http_response_size_bytes", "Content length of outgoing responses by handler.", counts),
    histogram(
      {
        name: "http_request_duration_highr_seconds",
        help: "Latency with many buckets but no API specific labels. Made for more accurate percentile calculations. ",
        buckets: HIGHR,
      },
      [{ labels: {}, count: total.requests, sum: total.seconds }],
    ),
    histogram(
      {
        name: "http_request_duration_seconds",
        help: "Latency with only few buckets by handler. Made to be only used if aggregation by handler is important. ",
        buckets: [0.1, 0.5, 1],
      },
      merged(counts, ({ handler, method }) => ({ handler, method })).map(({ labels, group }) => ({
        labels,
        count: sum(group, "requests"),
        sum: sum(group, "seconds"),
      })),
    ),
  ];
  return families.flatMap((family) => withCreated(family, startedAtSeconds));
}

const SIZES = " Only value of header is respected. Otherwise ignored. No percentile calculated. ";

/** No size is kept: only how many there were. */
function sizes(name: string, help: string, counts: readonly HttpCount[]): Family {
  const samples = merged(counts, ({ handler }) => ({ handler })).flatMap(({ labels, group }): Sample[] => [
    [`${name}_count`, labels, sum(group, "requests")],
    [`${name}_sum`, labels, 0],
  ]);
  return { name, help: help + SIZES, type: "summary", samples };
}

function sum(counts: readonly HttpCount[], field: "requests" | "seconds"): number {
  return counts.reduce((total, count) => total + count[field], 0);
}

interface Merged {
  readonly labels: Record<string, string>;
  readonly group: HttpCount[];
}

function merged(
  counts: readonly HttpCount[],
  labelsOf: (count: HttpCount) => Record<string, string>,
): Merged[] {
  const groups = new Map<string, Merged>();
  for (const count of counts) {
    const labels = labelsOf(count);
    const key = JSON.stringify(labels);
    const one = groups.get(key) ?? { labels, group: [] };
    one.group.push(count);
    groups.set(key, one);
  }
  return [...groups.values()];
}
