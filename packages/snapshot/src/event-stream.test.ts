import * as assert from "node:assert/strict";
import { expect, test } from "vitest";
import { CHANGE_EVENT, EventStream, HEARTBEAT, KEEPALIVE, printEvent } from "./event-stream.ts";

const TEXT = '{"verdicts":[\n{"detail":"data: id: \\n"},\n{"détail":"ü"}\n]}';
const SENT =
  HEARTBEAT +
  KEEPALIVE +
  printEvent("prober-1", TEXT) +
  HEARTBEAT +
  HEARTBEAT +
  printEvent("prober-2", "x", CHANGE_EVENT);

/** What comes of a text that arrives cut at these places. */
function received(text: string, cuts: readonly number[]) {
  const stream = new EventStream();
  const places = [0, ...cuts, text.length];
  const events = places.slice(1).flatMap((to, index) => stream.read(text.slice(places[index], to)));
  return { events, pending: stream.pending };
}

test("events come out as they went in, wherever the stream is cut", () => {
  const events = [
    null,
    { id: "prober-1", type: "", data: TEXT, taker: null },
    null,
    null,
    { id: "prober-2", type: "change", data: "x", taker: null },
  ];
  for (let one = 0; one <= SENT.length; one += 1) {
    for (let other = one; other <= SENT.length; other += 1)
      assert.deepEqual(received(SENT, [one, other]), { events, pending: 0 });
  }
  expect(received(SENT.replaceAll("\n", "\r\n"), []).events).toEqual(events);
});

test("half an event is none, and is known to be under way", () => {
  const event = printEvent("prober-1", TEXT);
  for (let length = 1; length < event.length; length += 1) {
    const { events, pending } = received(event.slice(0, length), []);
    expect(events).toEqual([]);
    expect(pending).toBeGreaterThan(0);
  }
});

test("a heartbeat in the middle of an event does not end it", () => {
  expect(received("id: 1\ndata: a\n:\ndata: b\n\n", []).events).toEqual([
    null,
    { id: "1", type: "", data: "a\nb", taker: null },
  ]);
});

test("what is under way is counted, so that it can be bounded", () => {
  expect(received(`id: 1\ndata: ${"x".repeat(1_000)}`, [100, 500]).pending).toBe(1_011);
});
