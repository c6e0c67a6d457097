import { printSnapshot, type Snapshot } from "@rollcall/contract";
import { describe, expect, onTestFinished, test } from "vitest";
import type { SnapshotReader, SnapshotWriter } from "../src/index.ts";
import { Recorder } from "./recorder.ts";
import { isWhole, PROBER, snapshotOf, type Origin } from "./snapshots.ts";

/** One channel of its own for one test, with nothing in it. */
export interface OpenCarrier {
  /** A further writer to the channel. */
  writer(): SnapshotWriter;
  /** A further reader of it, not started. */
  reader(): SnapshotReader;
  close(): Promise<void>;
}

/** A channel that others can reach into as well. */
export interface SpoilableCarrier extends OpenCarrier {
  /** Puts a text, as a whole, where a snapshot would be. */
  put(text: string): Promise<void>;
  /** Takes away what is there. */
  remove(): Promise<void>;
}

/** A prober that took over from the first, and writes later. */
const SUCCESSOR: Origin = { instance: "prober-2", startedAt: PROBER.startedAt + 1_000_000 };

/** What every carrier of snapshots has to do, whatever it is made of. */
export function describeCarrier(name: string, open: () => Promise<OpenCarrier>): void {
  describe(name, () => {
    describeDelivery(() => opened(open));
    describeWriting(() => opened(open));
    describeLatency(name, () => opened(open));
  });
}

/** What those of them have to do besides that others can reach into. */
export function describeSpoilableCarrier(name: string, open: () => Promise<SpoilableCarrier>): void {
  describe(name, () => {
    describeForeignTexts(() => opened(open));
  });
}

interface Channel<Carrier extends OpenCarrier = OpenCarrier> {
  readonly carrier: Carrier;
  readonly writer: SnapshotWriter;
  /** A reader that was started, and what it was told. */
  readonly follow: () => Promise<Recorder>;
}

async function opened<Carrier extends OpenCarrier>(open: () => Promise<Carrier>): Promise<Channel<Carrier>> {
  const carrier = await open();
  onTestFinished(() => carrier.close());
  const writer = carrier.writer();
  onTestFinished(() => writer.close());
  return {
    carrier,
    writer,
    follow: async () => {
      const recorder = new Recorder();
      const reader = carrier.reader();
      onTestFinished(() => reader.close());
      await reader.start(recorder);
      return recorder;
    },
  };
}

function describeDelivery(open: () => Promise<Channel>): void {
  test("delivers what is there before start resolves", async () => {
    const { writer, follow } = await open();
    await writer.write(snapshotOf(1));
    await writer.write(snapshotOf(2));
    const recorder = await follow();
    expect(recorder.snapshots).toEqual([snapshotOf(2)]);
  });

  test("has nothing to say, and nothing to complain of, before the first write", async () => {
    const { writer, follow } = await open();
    const recorder = await follow();
    expect([recorder.snapshots, recorder.faults]).toEqual([[], []]);
    await writer.write(snapshotOf(1));
    await recorder.untilSequence(1);
    expect(recorder.faults).toEqual([]);
  });

  test("delivers news in order, whole, and each once", async () => {
    const { writer, follow } = await open();
    const recorder = await follow();
    for (let sequence = 1; sequence <= 20; sequence += 1) {
      await writer.write(snapshotOf(sequence));
      await recorder.untilSequence(sequence);
    }
    expect(recorder.sequences).toEqual(Array.from({ length: 20 }, (_, index) => index + 1));
    expect(recorder.snapshots.every(isWhole)).toBe(true);
    expect(recorder.faults).toEqual([]);
  });

  test("delivers to every reader", async () => {
    const { writer, follow } = await open();
    const recorders = [await follow(), await follow(), await follow()];
    await writer.write(snapshotOf(1));
    await Promise.all(recorders.map((recorder) => recorder.untilSequence(1)));
    expect(recorders.map(({ snapshots }) => snapshots)).toEqual(recorders.map(() => [snapshotOf(1)]));
  });

  test("never delivers the same twice, nor an older one", async () => {
    const { writer, follow } = await open();
    const recorder = await follow();
    await writer.write(snapshotOf(5));
    await recorder.untilSequence(5);
    for (const sequence of [5, 3, 5, 4, 6]) await writer.write(snapshotOf(sequence));
    await recorder.untilSequence(6);
    expect(recorder.sequences).toEqual([5, 6]);
  });

  test("goes by the sequence and not by the clock, which may be set back", async () => {
    const { writer, follow } = await open();
    const recorder = await follow();
    await writer.write(snapshotOf(1));
    await recorder.untilSequence(1);
    const setBack: Snapshot = { ...snapshotOf(2), writtenAt: 1 };
    await writer.write(setBack);
    await recorder.untilSequence(2);
    expect(recorder.snapshots.at(-1)).toEqual(setBack);
  });

  test("delivers what a prober that was started anew says, though its sequence begins again", async () => {
    const { writer, carrier, follow } = await open();
    const recorder = await follow();
    await writer.write(snapshotOf(40));
    await recorder.untilSequence(40);
    const successor = carrier.writer();
    await successor.write(snapshotOf(1, SUCCESSOR));
    await recorder.until(({ snapshots }) => snapshots.length === 2);
    await successor.close();
    expect(recorder.snapshots.at(-1)).toEqual(snapshotOf(1, SUCCESSOR));
  });

  test("says nothing more to a reader that was closed", async () => {
    const { writer, carrier, follow } = await open();
    const closed = new Recorder();
    const reader = carrier.reader();
    await reader.start(closed);
    await reader.close();
    const recorder = await follow();
    await writer.write(snapshotOf(1));
    await recorder.untilSequence(1);
    expect([closed.snapshots, closed.faults]).toEqual([[], []]);
  });

  test("a reader may be closed twice", async () => {
    const { carrier } = await open();
    const reader = carrier.reader();
    await reader.start(new Recorder());
    await reader.close();
    await expect(reader.close()).resolves.toBeUndefined();
  });
}

function describeWriting(open: () => Promise<Channel>): void {
  const written = async (follow: Channel["follow"]) => (await follow()).snapshots.at(-1);

  test("of many writes at once the last is made, and all of them are answered", async () => {
    const { writer, follow } = await open();
    const writes = Array.from({ length: 100 }, (_, index) => writer.write(snapshotOf(index + 1)));
    expect((await Promise.allSettled(writes)).map(({ status }) => status)).toEqual(
      writes.map(() => "fulfilled"),
    );
    expect(await written(follow)).toEqual(snapshotOf(100));
  });

  test("a write that is made when another has just ended is not overtaken by one that waited", async () => {
    const { writer, follow } = await open();
    for (let sequence = 1; sequence <= 60; sequence += 3) {
      const first = writer.write(snapshotOf(sequence));
      const second = writer.write(snapshotOf(sequence + 1));
      const third = first.then(() => writer.write(snapshotOf(sequence + 2)));
      await Promise.all([first, second, third]);
      expect((await written(follow))?.sequence).toBe(sequence + 2);
    }
  });

  test("a write that was answered can be seen", async () => {
    const { writer, follow } = await open();
    for (let sequence = 1; sequence <= 10; sequence += 1) {
      await writer.write(snapshotOf(sequence));
      expect((await written(follow))?.sequence).toBe(sequence);
    }
  });

  test("closing waits for the writes under way", async () => {
    const { writer, follow } = await open();
    const writes = [1, 2, 3].map((sequence) => writer.write(snapshotOf(sequence)));
    await writer.close();
    expect(await written(follow)).toEqual(snapshotOf(3));
    await Promise.all(writes);
  });

  test("two writers at once disturb neither each other nor a reader", async () => {
    const { writer, carrier, follow } = await open();
    const other = carrier.writer();
    const recorder = await follow();
    const write = async (to: SnapshotWriter, prober: Origin) => {
      for (let sequence = 1; sequence <= 60; sequence += 1) await to.write(snapshotOf(sequence, prober));
    };
    await Promise.all([write(writer, PROBER), write(other, SUCCESSOR)]);
    await other.write(snapshotOf(61, SUCCESSOR));
    await recorder.untilSequence(61);
    await other.close();
    expect(recorder.faults).toEqual([]);
    expect(recorder.snapshots.filter((snapshot) => !isWhole(snapshot))).toEqual([]);
  });
}

const WHOLE = printSnapshot(snapshotOf(7));

/** What may stand where a snapshot should, and how it is told. */
const FOREIGN: readonly (readonly [string, string, RegExp])[] = [
  ["nothing", "", /^not JSON \(0 characters\): torn or truncated$/],
  ["half a snapshot", WHOLE.slice(0, WHOLE.length / 2), /^not JSON \(\d+ characters\): torn or truncated$/],
  ["a snapshot without its last letter", WHOLE.slice(0, -1), /torn or truncated$/],
  ["two snapshots in one", WHOLE + WHOLE, /torn or truncated$/],
  ["another program's JSON", '{"hello":"world"}', /^version unknown, expected 1$/],
  ["a list", "[]", /^not a JSON object$/],
  ["bytes", "\u0000\u0001\ufffd", /torn or truncated$/],
  ["a later version", WHOLE.replace('"version":1', '"version":2'), /^version 2, expected 1$/],
  [
    "a snapshot with a reason nobody knows",
    WHOLE.replace('"loading"', '"bored"'),
    /^verdicts\[\d+\]\.reason is not as expected$/,
  ],
];

function describeForeignTexts(open: () => Promise<Channel<SpoilableCarrier>>): void {
  describe.each(FOREIGN)("%s where a snapshot should be", (_kind, text, words) => {
    test("is told once; the last good snapshot holds, and the next is delivered", async () => {
      const { writer, carrier, follow } = await open();
      await writer.write(snapshotOf(1));
      const recorder = await follow();
      await carrier.put(text);
      await recorder.until(({ faults }) => faults.length > 0);
      // Looked at again and again, it is no other fault.
      await carrier.put(text);
      await carrier.put(text);
      expect(recorder.sequences).toEqual([1]);
      await writer.write(snapshotOf(2));
      await recorder.untilSequence(2);
      expect(recorder.faults).toEqual([expect.stringMatching(words)]);
      expect(recorder.sequences).toEqual([1, 2]);
    });

    test("is told at the start as well", async () => {
      const { writer, carrier, follow } = await open();
      await carrier.put(text);
      const recorder = await follow();
      expect([recorder.snapshots, recorder.faults]).toEqual([[], [expect.stringMatching(words)]]);
      await writer.write(snapshotOf(1));
      await recorder.untilSequence(1);
    });
  });

  test("each kind of fault is told, and the same one again after a good snapshot", async () => {
    const { writer, carrier, follow } = await open();
    const recorder = await follow();
    await carrier.put("[]");
    await recorder.until(({ faults }) => faults.length === 1);
    await carrier.put("{}");
    await recorder.until(({ faults }) => faults.length === 2);
    await writer.write(snapshotOf(1));
    await recorder.untilSequence(1);
    await carrier.put("[]");
    await recorder.until(({ faults }) => faults.length === 3);
    expect(recorder.faults).toEqual([
      "not a JSON object",
      "version unknown, expected 1",
      "not a JSON object",
    ]);
  });

  test("a snapshot that is taken away is no fault; the next one is delivered", async () => {
    const { writer, carrier, follow } = await open();
    await writer.write(snapshotOf(1));
    const recorder = await follow();
    await carrier.remove();
    await writer.write(snapshotOf(2));
    await recorder.untilSequence(2);
    await carrier.remove();
    const late = await follow();
    expect([late.snapshots, late.faults]).toEqual([[], []]);
    await writer.write(snapshotOf(3));
    await Promise.all([recorder.untilSequence(3), late.untilSequence(3)]);
    expect(recorder.faults).toEqual([]);
    expect(recorder.sequences).toEqual([1, 2, 3]);
  });
}

/** How long a write takes until its reader has been told: for people to look at, since machines differ. */
function describeLatency(name: string, open: () => Promise<Channel>): void {
  test("delivers fifty in a row, and prints how long news takes", async () => {
    const { writer, follow } = await open();
    const recorder = await follow();
    const times: number[] = [];
    for (let sequence = 1; sequence <= 50; sequence += 1) {
      const from = performance.now();
      await writer.write(snapshotOf(sequence));
      await recorder.untilSequence(sequence);
      times.push(performance.now() - from);
    }
    const [median, worst] = [times.toSorted((a, b) => a - b)[25] ?? 0, Math.max(...times)];
    process.stdout.write(
      `${name}: news takes ${median.toFixed(1)} ms (median of ${times.length}), ${worst.toFixed(1)} ms at most\n`,
    );
    expect(recorder.sequences).toHaveLength(times.length);
  });
}
