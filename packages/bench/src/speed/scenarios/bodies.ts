import { residentKiB } from "../kernel/resident-memory.ts";
import { embeddings, longChat, pictureChat } from "../load/body.ts";
import { CPU_COLUMN, measureClosedLoop, RATE_COLUMN } from "./closed-loop.ts";
import { ONE_BACKEND, type Scenario } from "./scenario.ts";

const CHAT = "/v1/chat/completions";

const BASE: Pick<Scenario, "site" | "rounds" | "seconds" | "part"> = {
  site: ONE_BACKEND,
  rounds: 3,
  seconds: 2,
  part: "every",
};

interface Large {
  readonly name: string;
  readonly title: string;
  readonly body: () => string;
  readonly connections: number;
}

/** The CPU of a request, also in terms of what parsing its body once would take. */
function large({ name, title, body, connections }: Large): Scenario {
  return {
    ...BASE,
    name,
    title,
    does: `Small answers; ${connections} connections. One JSON.parse of the same body is measured in the same run.`,
    columns: [
      CPU_COLUMN,
      { key: "parses", title: "in JSON.parse of the body", digits: 2 },
      { key: "parse", title: "JSON.parse µs", digits: 0 },
      RATE_COLUMN,
    ],
    prepare: async () => parseMicros(body()),
    measure: async (stage) => {
      const { sample } = await measureClosedLoop(stage, { path: CHAT, body: body(), connections });
      const parse = stage.prepared;
      return { ...sample, parse, parses: parse === 0 ? Number.NaN : (sample["cpu"] ?? Number.NaN) / parse };
    },
  };
}

const PARSES = 21;

/** CPU of one JSON.parse, from bytes as they come from the network: the median of several, in microseconds. */
function parseMicros(body: string): number {
  const bytes = Buffer.from(body);
  const times = Array.from({ length: PARSES }, () => {
    const before = process.threadCpuUsage();
    JSON.parse(bytes.toString());
    const { user, system } = process.threadCpuUsage(before);
    return user + system;
  });
  return times.toSorted((one, other) => one - other)[Math.floor(PARSES / 2)] ?? Number.NaN;
}

const SAMPLE_MS = 20;

const AT_ONCE: Scenario = {
  ...BASE,
  name: "prompts-64",
  title: "64 prompts of 1 MB at once",
  does: "64 connections, each with a body of 1 MB under way; memory is the most that was seen, read every 20 ms, and what was held before the first request.",
  columns: [
    { key: "peakMiB", title: "peak MiB", digits: 0 },
    { key: "freshMiB", title: "fresh MiB", digits: 0 },
    CPU_COLUMN,
    RATE_COLUMN,
  ],
  measure: async (stage) => {
    const { system, freshKiB } = stage;
    let peak = 0;
    const look = setInterval(() => (peak = Math.max(peak, residentKiB(system.pids))), SAMPLE_MS);
    try {
      const load = { path: CHAT, body: longChat(1_000_000), connections: 64 };
      const { sample } = await measureClosedLoop(stage, load);
      return { ...sample, peakMiB: peak / 1_024, freshMiB: freshKiB / 1_024 };
    } finally {
      clearInterval(look);
    }
  },
};

const EMBEDDINGS: Scenario = {
  ...BASE,
  name: "embeddings",
  title: "embeddings of 1,000 texts",
  does: "Bodies of 0.1 MB, answers of 5.5 MB (1,024 dimensions in base64); 4 connections.",
  columns: [CPU_COLUMN, RATE_COLUMN],
  measure: async (stage) =>
    (await measureClosedLoop(stage, { path: "/v1/embeddings", body: embeddings(), connections: 4 })).sample,
};

export const BODIES: readonly Scenario[] = [
  large({ name: "prompt-100k", title: "prompts of 100 KB", body: () => longChat(100_000), connections: 8 }),
  large({ name: "prompt-1m", title: "prompts of 1 MB", body: () => longChat(1_000_000), connections: 8 }),
  AT_ONCE,
  large({
    name: "picture-8m",
    title: "a picture of 8 MB",
    body: () => pictureChat(8_000_000),
    connections: 4,
  }),
  EMBEDDINGS,
];
