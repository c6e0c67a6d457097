import type { ServerResponse } from "node:http";
import { setImmediate as turn } from "node:timers/promises";
import { printSnapshot } from "@rollcall/contract";
import { expect, onTestFinished, test } from "vitest";
import type { Clock } from "../src/clock.ts";
import { printEvent } from "../src/event-stream.ts";
import { SILENCE_MS } from "../src/http-connection.ts";
import { HttpSnapshotReader } from "../src/index.ts";
import { Recorder } from "./recorder.ts";
import { serve } from "./serve.ts";
import { snapshotOf } from "./snapshots.ts";

/** Pauses take no time here, and no connection is silent: each is cut. */
const hurried: Clock = {
  now: Date.now,
  sleep: (ms, signal) =>
    ms === SILENCE_MS
      ? new Promise((resolve) => signal?.addEventListener("abort", () => resolve(), { once: true }))
      : turn().then(() => {}),
};

const TEXT = printSnapshot(snapshotOf(69));
const EVENT = printEvent("prober-1-69", TEXT);

/** Enough for a machine that has other things to do: by itself it takes a twentieth of it. */
const TIME_LIMIT_MS = 60_000;

interface Way {
  readonly whole: string;
  /** Bytes from one cut to the next. */
  readonly step: number;
  readonly accept: string;
  readonly send: (response: ServerResponse, bytes: number) => void;
}

const byStream: Way = {
  whole: EVENT,
  step: 2,
  accept: "text/event-stream",
  send(response, bytes) {
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.write(EVENT.slice(0, bytes), () => response.socket?.end());
  },
};

const whenAsked: Way = {
  whole: TEXT,
  step: 4,
  accept: "application/json",
  send(response, bytes) {
    response.writeHead(200, { "content-length": TEXT.length });
    response.write(TEXT.slice(0, bytes), () => response.socket?.end());
  },
};

test.each<[string, Way]>([
  ["by stream", byStream],
  ["when asked", whenAsked],
])(
  "a prober that is killed in the middle of what it sends delivers nothing, or all of it: %s",
  { timeout: TIME_LIMIT_MS },
  async (name, { whole, step, accept, send }) => {
    const recorder = new Recorder();
    const early: number[] = [];
    let cuts = 0;
    let bytes = 0;
    const { origin, close } = await serve((request, response) => {
      if (request.headers.accept !== accept) {
        response.writeHead(429).end();
        return;
      }
      if (recorder.snapshots.length > 0 && bytes < whole.length) early.push(bytes);
      cuts += 1;
      bytes = Math.min(whole.length, bytes + step);
      send(response, bytes);
    });
    onTestFinished(close);
    const reader = new HttpSnapshotReader({
      origin,
      key: () => null,
      clock: hurried,
      random: () => 0,
      pollMs: 1,
    });
    onTestFinished(() => reader.close());
    await reader.start(recorder);
    await recorder.until(({ snapshots }) => snapshots.length > 0);
    await reader.close();
    process.stdout.write(`the http carrier, ${name}: ${cuts} connections cut, a few bytes later each\n`);
    expect(cuts).toBeGreaterThanOrEqual(whole.length / step);
    expect(early).toEqual([]);
    expect(recorder.snapshots).toEqual([snapshotOf(69)]);
    expect(new Set(recorder.faults.map((fault) => fault.replace(/\d+/, "N")))).toEqual(
      new Set([accept === "text/event-stream" ? "broke off after N characters: torn" : "ECONNRESET"]),
    );
  },
);
