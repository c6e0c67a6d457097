import type { Exchange } from "./tap.ts";

interface Ending {
  readonly path: RegExp;
  /** The last event of a stream: its data, or its type. */
  readonly last: RegExp;
}

const EVENT_TYPE = (...types: readonly string[]) =>
  new RegExp(`^data: .*"type": ?"(${types.join("|")})"`, "m");

/** The first that fits counts. */
const ENDINGS: readonly Ending[] = [
  {
    path: /\/responses(\/|$)/,
    last: EVENT_TYPE(...["completed", "incomplete", "failed"].map((end) => `response\\.${end}`), "error"),
  },
  { path: /\/messages$/, last: EVENT_TYPE("message_stop", "error") },
  { path: /\/audio\/transcriptions$/, last: EVENT_TYPE("transcript\\.text\\.done", "error") },
  // OpenAI's clients end at [DONE], or raise what stands in `error`.
  { path: /./, last: /^data: (\[DONE\]$|\{"error":)/m },
];

/** What is wrong with how a stream of events ended; undefined where one terminal event of its dialect is its last. */
export function wrongEnd({ path, text }: Pick<Exchange, "path" | "text">): string | undefined {
  const route = path.replace(/\?.*/s, "");
  const { last } = ENDINGS.find((ending) => ending.path.test(route)) ?? { last: /$^/ };
  const events = text.split(/\r?\n\r?\n/).filter((event) => /^data:/m.test(event));
  const ends = events.filter((event) => last.test(event));
  if (ends.length !== 1) return `${ends.length} terminal events: ${text.slice(-300)}`;
  return ends[0] === events.at(-1) ? undefined : `goes on after its terminal event: ${text.slice(-300)}`;
}

/** Of all that was answered, the streams that came to their end. */
export function wholeStreams(exchanges: readonly Exchange[]): readonly Exchange[] {
  return exchanges.filter(({ type, whole }) => whole && type === "text/event-stream");
}
