import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { cutAnywhere } from "../../../test/json-text.ts";
import { EventFrames, MAX_EVENT_BYTES } from "./event-frames.ts";

/** What comes out, chunk by chunk, and what is left at the end. */
function pass(chunks: readonly (string | Buffer)[]) {
  const frames = new EventFrames();
  const out = chunks.map((chunk) => frames.push(Buffer.from(chunk))?.toString() ?? null);
  return { out, rest: frames.flush()?.toString() ?? null };
}

test("a chunk of whole events passes as it is, not copied", () => {
  const chunk = Buffer.from("data: 1\n\ndata: 2\n\n");
  expect(new EventFrames().push(chunk)).toBe(chunk);
});

test.each<[string, readonly string[], readonly (string | null)[], string | null]>([
  ["half an event waits for its end", ["data: 1", "23\n\n"], [null, "data: 123\n\n"], null],
  ["the end of a line is not the end of an event", ["data: 1\n", "\n"], [null, "data: 1\n\n"], null],
  [
    "what is whole leaves, the rest waits",
    ["data: 1\n\ndata", ": 2\n\n"],
    ["data: 1\n\n", "data: 2\n\n"],
    null,
  ],
  [
    "events may end in CR LF",
    ["data: 1\r\n\r", "\ndata: 2\r\n\r\n"],
    [null, "data: 1\r\n\r\ndata: 2\r\n\r\n"],
    null,
  ],
  [
    "several lines are one event",
    ["event: a\ndata: 1\n", "data: 2\n\n"],
    [null, "event: a\ndata: 1\ndata: 2\n\n"],
    null,
  ],
  ["a comment is an event too", [": ping\n\n"], [": ping\n\n"], null],
  [
    "what never ended is left at the end",
    ["data: 1\n\n", "data: [DONE]"],
    ["data: 1\n\n", null],
    "data: [DONE]",
  ],
  ["nothing leaves nothing", [], [], null],
])("%s", (_case, chunks, ...[out, rest]) => {
  expect(pass(chunks)).toEqual({ out, rest });
});

test("what was left is given once", () => {
  const frames = new EventFrames();
  frames.push(Buffer.from("data: 1"));
  expect(frames.flush()?.toString()).toBe("data: 1");
  expect(frames.flush()).toBe(null);
});

test("an event without an end is too large at some point, and a large one that ends is not", () => {
  const frames = new EventFrames();
  const chunk = Buffer.alloc(MAX_EVENT_BYTES / 4, "x");
  for (let sent = 0; sent < 4; sent += 1) {
    expect(frames.push(chunk)).toBe(null);
    expect(frames.overflowing).toBe(false);
  }
  frames.push(Buffer.from("x"));
  expect(frames.overflowing).toBe(true);
  frames.push(Buffer.from("\n\n"));
  expect(frames.overflowing).toBe(false);
});

test("a large event in many small chunks is not looked through again with each of them", () => {
  const frames = new EventFrames();
  const chunk = Buffer.alloc(16 * 1024, "x");
  const started = performance.now();
  for (let sent = 0; sent < MAX_EVENT_BYTES; sent += chunk.length) frames.push(chunk);
  expect(frames.push(Buffer.from("\n\n"))?.length).toBe(MAX_EVENT_BYTES + 2);
  // Some 30 ms; more than ten seconds where each chunk is searched together with all before it.
  expect(performance.now() - started).toBeLessThan(2_000);
});

const line = fc.oneof(
  fc.string({ maxLength: 6 }).map((text) => `data: ${text}`),
  fc.string({ unit: "grapheme", maxLength: 6 }).map((text) => `data: ${text.replaceAll(/[\r\n]/g, "")}`),
  fc.constantFrom(": ping", "event: x", "data:"),
);

/** Events with one kind of line end each, and perhaps the beginning of one more. */
const stream = fc.record({
  events: fc.array(
    fc
      .tuple(fc.array(line, { minLength: 1, maxLength: 3 }), fc.constantFrom("\n", "\r\n"))
      .map(([lines, end]) => lines.map((one) => one + end).join("") + end),
    { maxLength: 6 },
  ),
  rest: fc.constantFrom("", "data: x", "data: x\n"),
});

describe("however a stream is cut into chunks", () => {
  const cutStream = stream.chain(({ events, rest }) =>
    fc.record({
      events: fc.constant(events),
      rest: fc.constant(rest),
      chunks: cutAnywhere(events.join("") + rest),
    }),
  );

  test("only whole events come out, all of them, in order", () => {
    fc.assert(
      fc.property(cutStream, ({ events, rest, chunks }) => {
        const frames = new EventFrames();
        let sent = "";
        const ends = new Set(events.map((_event, index) => events.slice(0, index + 1).join("")));
        for (const chunk of chunks) {
          const out = frames.push(chunk);
          sent += out?.toString() ?? "";
          expect(out === null || ends.has(sent)).toBe(true);
        }
        expect(sent).toBe(events.join(""));
        expect(frames.flush()?.toString() ?? "").toBe(rest);
      }),
      { numRuns: 2_000 },
    );
  });
});
