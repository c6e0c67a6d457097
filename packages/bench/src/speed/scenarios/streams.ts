import { streamedChat } from "../load/body.ts";
import { generateStreams } from "../load/generator.ts";
import { type Scenario, type Stage } from "./scenario.ts";

interface Size {
  readonly count: number;
  readonly eventsPerSecond: number;
  readonly startsPerSecond: number;
}

const LONGEST_SECONDS = 120;

function streams(size: Size, more: Partial<Scenario> = {}): Scenario {
  const { count, eventsPerSecond } = size;
  return {
    name: `streams-${count}`,
    title: `${count.toLocaleString("en-US")} streams of ${eventsPerSecond} events a second`,
    does: "All streams run at the same time; each event says when the backend sent it, and its delay is the time from there to the client. Memory is what the system holds above what it held before its first request.",
    columns: [
      { key: "cpu", title: "CPU µs/event", digits: 1, compare: "ratio" },
      { key: "corePercent", title: "% of a core", digits: 0 },
      { key: "firstToken", title: "added p50 to first token µs", digits: 0, compare: "added" },
      { key: "delay50", title: "added delay p50 µs", digits: 0, compare: "added" },
      { key: "delay99", title: "added delay p99 µs", digits: 0, compare: "added" },
      { key: "gap99", title: "added gap p99 µs", digits: 0, compare: "added" },
      { key: "kiB", title: "memory KiB/stream", digits: 1 },
      { key: "streams", title: "streams", digits: 0 },
    ],
    site: { deployments: 1, backends: 1, eventsPerSecond },
    rounds: 3,
    seconds: 3,
    part: "every",
    measure: (stage) => measure(size, stage),
    ...more,
  };
}

async function measure(size: Size, { site, kind, system, seconds, freshKiB }: Stage) {
  const count = Math.max(1, Math.round(size.count * kind.share));
  const { events, ended, kiB, ...figures } = await generateStreams(site.directory, {
    url: system.url,
    headers: system.headers,
    path: "/v1/chat/completions",
    body: streamedChat(size.eventsPerSecond * LONGEST_SECONDS),
    count,
    startsPerSecond: size.startsPerSecond * kind.share,
    settleSeconds: 1,
    seconds,
    pids: system.pids,
  });
  if (ended.length > 0) throw new Error(`${ended.length} of ${count} streams ended: ${ended[0]}`);
  if (events === 0) throw new Error("no event came");
  return { ...figures, kiB: (kiB - freshKiB) / count, streams: count };
}

export const STREAMS: readonly Scenario[] = [
  streams({ count: 100, eventsPerSecond: 50, startsPerSecond: 200 }, { part: "basic" }),
  streams({ count: 400, eventsPerSecond: 50, startsPerSecond: 400 }, { part: "main" }),
  streams({ count: 2_000, eventsPerSecond: 5, startsPerSecond: 800 }),
];
