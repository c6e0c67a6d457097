import type { OutgoingHttpHeaders } from "node:http";
import { setImmediate as turn } from "node:timers/promises";
import { VERDICTS, type Clock, type Snapshot, type SnapshotChange, type Verdict } from "@rollcall/contract";
import { expect, onTestFinished, test } from "vitest";
import { changeBetween } from "../src/changes.ts";
import { CHANGE_EVENT, printEvent } from "../src/event-stream.ts";
import { IDLE_TIMEOUT_MS } from "../src/http-connection.ts";
import { HttpSnapshotReader } from "../src/index.ts";
import { printChange, printSnapshot } from "../src/snapshot-text.ts";
import { realClock } from "./real-clock.ts";
import { Recorder } from "./recorder.ts";
import { serve } from "./serve.ts";
import { inOrder, snapshotOf } from "./samples.ts";

/** Pauses take no time here, and no connection is silent: each is cut. */
const hurried: Clock = {
  ...realClock,
  sleep: (ms, signal) =>
    ms === IDLE_TIMEOUT_MS
      ? new Promise((resolve) => signal?.addEventListener("abort", () => resolve(), { once: true }))
      : turn().then(() => {}),
};

/** A few records, so that a cut at every other byte takes no minute. */
const BASE: Snapshot = { ...snapshotOf(69), verdicts: snapshotOf(69).verdicts.slice(0, 4) };
const NEXT: Snapshot = { ...snapshotOf(70), verdicts: snapshotOf(71).verdicts.slice(1, 4) };
const CHANGE = changeBetween(VERDICTS, BASE, NEXT) as SnapshotChange<Verdict>;

/** In bytes, so that a cut may come within a letter. */
const TEXT = Buffer.from(printSnapshot(VERDICTS, BASE));
const EVENT = Buffer.from(printEvent("prober-1-69", TEXT.toString()));
const CHANGE_TEXT = printChange(VERDICTS, NEXT, CHANGE);
const CHANGED = Buffer.from(printEvent("prober-1-70", CHANGE_TEXT, CHANGE_EVENT));

/** Enough for a machine that has other things to do: by itself it takes a twentieth of it. */
const TIME_LIMIT_MS = 60_000;

interface Way {
  /** What comes before it, uncut, to who knows nothing. */
  readonly first?: Buffer;
  readonly whole: Buffer;
  /** Bytes from one cut to the next. */
  readonly step: number;
  readonly accept: string;
  readonly headers: OutgoingHttpHeaders;
  readonly delivered: readonly Snapshot[];
  readonly fault: string;
}

const STREAM = {
  step: 2,
  accept: "text/event-stream",
  headers: { "content-type": "text/event-stream" },
  fault: "broke off after N characters: torn",
} as const;

test.each<[string, Way]>([
  ["the whole, by stream", { ...STREAM, whole: EVENT, delivered: [BASE] }],
  ["a change, by stream", { ...STREAM, first: EVENT, whole: CHANGED, delivered: [BASE, NEXT] }],
  [
    "the whole, when asked",
    {
      whole: TEXT,
      step: 4,
      accept: "application/json",
      headers: { "content-length": TEXT.length },
      delivered: [BASE],
      fault: "ECONNRESET",
    },
  ],
])(
  "a prober that is killed in the middle of what it sends delivers nothing, or all of it: %s",
  { timeout: TIME_LIMIT_MS },
  async (name, { first, whole, step, accept, headers, delivered, fault }) => {
    const recorder = new Recorder();
    const early: number[] = [];
    let cuts = 0;
    let bytes = 0;
    const { origin, close } = await serve((request, response) => {
      if (request.headers.accept !== accept) {
        response.writeHead(429).end();
        return;
      }
      const isFirst = first !== undefined && recorder.snapshots.length === 0;
      if (recorder.snapshots.length === delivered.length && bytes < whole.length) early.push(bytes);
      if (!isFirst) {
        cuts += 1;
        bytes = Math.min(whole.length, bytes + step);
      }
      response.writeHead(200, headers);
      response.write(isFirst ? first : whole.subarray(0, bytes), () => response.socket?.end());
    });
    onTestFinished(close);
    const reader = new HttpSnapshotReader({
      kind: VERDICTS,
      url: `${origin}/state`,
      credential: { name: "master key", token: () => null },
      clock: hurried,
      random: () => 0,
      pollMs: 1,
    });
    onTestFinished(() => reader.close());
    await reader.start(recorder);
    await recorder.until(({ snapshots }) => snapshots.length === delivered.length);
    await reader.close();
    process.stdout.write(`the http carrier, ${name}: ${cuts} connections cut, a few bytes later each\n`);
    expect(cuts).toBeGreaterThanOrEqual(whole.length / step);
    expect(early).toEqual([]);
    expect(recorder.snapshots.map((snapshot) => inOrder(VERDICTS, snapshot))).toEqual(
      delivered.map((snapshot) => inOrder(VERDICTS, snapshot)),
    );
    expect([...new Set(recorder.faults.map((told) => told.replace(/\d+/, "N")))]).toEqual([fault]);
  },
);
