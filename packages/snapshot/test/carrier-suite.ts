import type { SnapshotHeader, SnapshotKind } from "@rollcall/contract";
import { describe, expect, onTestFinished, test } from "vitest";
import { printSnapshot, type SnapshotReader, type SnapshotWriter } from "../src/index.ts";
import { ChangeWriter } from "./change-writer.ts";
import { KindRecorder } from "./recorder.ts";
import { inOrder, isWhole, RUN, TOY_SAMPLE, VERDICT_SAMPLE, type Run, type Sample } from "./samples.ts";

/** One channel of its own for one test, with nothing in it. */
export interface OpenCarrier<Whole extends SnapshotHeader, Item> {
  /** A further writer to the channel. */
  writer(): SnapshotWriter<Whole, Item>;
  /** A further reader of it, not started. */
  reader(): SnapshotReader<Whole, Item>;
  close(): Promise<void>;
}

/** A channel that others can reach into as well. */
export interface SpoilableCarrier<Whole extends SnapshotHeader, Item> extends OpenCarrier<Whole, Item> {
  /** Puts a text, as a whole, where a snapshot would be. */
  put(text: string): Promise<void>;
  /** Takes away what is there. */
  remove(): Promise<void>;
}

/** A carrier for any kind. */
export interface CarrierOf {
  <Whole extends SnapshotHeader, Item>(kind: SnapshotKind<Whole, Item>): Promise<OpenCarrier<Whole, Item>>;
}

export interface SpoilableCarrierOf {
  <Whole extends SnapshotHeader, Item>(
    kind: SnapshotKind<Whole, Item>,
  ): Promise<SpoilableCarrier<Whole, Item>>;
}

/** A writer that took over from the first, and writes later. */
const SUCCESSOR: Run = { instance: "prober-2", startedAt: RUN.startedAt + 1_000_000 };

/** What every carrier of snapshots has to do, whatever it is made of, whatever it carries, written as a whole or by changes. */
export function describeCarrier(name: string, open: CarrierOf): void {
  describe.each(["as a whole", "by changes"] as const)(`${name}, written %s`, (how) => {
    describe("verdicts", () => {
      describeSample(VERDICT_SAMPLE, how, open);
    });
    describe("toys", () => {
      describeSample(TOY_SAMPLE, how, open);
    });
  });
}

/** What those of them have to do besides that others can reach into. */
export function describeSpoilableCarrier(name: string, open: SpoilableCarrierOf): void {
  describe(name, () => {
    describe("verdicts", () => {
      describeForeignTexts(spoilable(VERDICT_SAMPLE, open));
    });
    describe("toys", () => {
      describeForeignTexts(spoilable(TOY_SAMPLE, open));
    });
  });
}

type How = "as a whole" | "by changes";

interface Channel<Whole extends SnapshotHeader, Item, Carrier = OpenCarrier<Whole, Item>> {
  readonly sample: Sample<Whole, Item>;
  readonly open: () => Promise<{
    readonly carrier: Carrier;
    readonly writer: SnapshotWriter<Whole, Item>;
    /** A reader that was started, and what it was told. */
    readonly follow: () => Promise<KindRecorder<Whole, Item>>;
    readonly writerOf: (carrier: Carrier) => SnapshotWriter<Whole, Item>;
  }>;
}

function describeSample<Whole extends SnapshotHeader, Item>(
  sample: Sample<Whole, Item>,
  how: How,
  open: CarrierOf,
): void {
  const channel = channelOf(sample, how, () => open(sample.kind));
  describeDelivery(channel);
  describeWriting(channel);
}

function spoilable<Whole extends SnapshotHeader, Item>(
  sample: Sample<Whole, Item>,
  open: SpoilableCarrierOf,
): Channel<Whole, Item, SpoilableCarrier<Whole, Item>> {
  return channelOf(sample, "by changes", () => open(sample.kind));
}

function channelOf<Whole extends SnapshotHeader, Item, Carrier extends OpenCarrier<Whole, Item>>(
  sample: Sample<Whole, Item>,
  how: How,
  openCarrier: () => Promise<Carrier>,
): Channel<Whole, Item, Carrier> {
  const writerOf = (carrier: Carrier) =>
    how === "as a whole" ? carrier.writer() : new ChangeWriter(sample.kind, carrier.writer());
  return {
    sample,
    open: async () => {
      const carrier = await openCarrier();
      onTestFinished(() => carrier.close());
      const writer = writerOf(carrier);
      onTestFinished(() => writer.close());
      return {
        carrier,
        writer,
        writerOf,
        follow: async () => {
          const recorder = new KindRecorder(sample.kind);
          const reader = carrier.reader();
          onTestFinished(() => reader.close());
          onTestFinished(() => expect(recorder.differed).toBe(false));
          await reader.start(recorder);
          return recorder;
        },
      };
    },
  };
}

function describeDelivery<Whole extends SnapshotHeader, Item>({ sample, open }: Channel<Whole, Item>): void {
  const { kind, of } = sample;
  const ordered = (snapshots: readonly Whole[]) => snapshots.map((snapshot) => inOrder(kind, snapshot));

  test("delivers what is there before start resolves", async () => {
    const { writer, follow } = await open();
    await writer.write(of(1));
    await writer.write(of(2));
    const recorder = await follow();
    expect(ordered(recorder.snapshots)).toEqual(ordered([of(2)]));
  });

  test("has nothing to say, and nothing to complain of, before the first write", async () => {
    const { writer, follow } = await open();
    const recorder = await follow();
    expect([recorder.snapshots, recorder.faults]).toEqual([[], []]);
    await writer.write(of(1));
    await recorder.untilSequence(1);
    expect(recorder.faults).toEqual([]);
  });

  test("delivers updates in order, whole, and each once", async () => {
    const { writer, follow } = await open();
    const recorder = await follow();
    for (let sequence = 1; sequence <= 20; sequence += 1) {
      await writer.write(of(sequence));
      await recorder.untilSequence(sequence);
    }
    expect(recorder.sequences).toEqual(Array.from({ length: 20 }, (_, index) => index + 1));
    expect(recorder.snapshots.every((snapshot) => isWhole(sample, snapshot))).toBe(true);
    expect(recorder.faults).toEqual([]);
  });

  test("delivers to every reader", async () => {
    const { writer, follow } = await open();
    const recorders = [await follow(), await follow(), await follow()];
    await writer.write(of(1));
    await Promise.all(recorders.map((recorder) => recorder.untilSequence(1)));
    expect(recorders.map(({ snapshots }) => ordered(snapshots))).toEqual(
      recorders.map(() => ordered([of(1)])),
    );
  });

  test("never delivers the same twice, nor an older one", async () => {
    const { writer, follow } = await open();
    const recorder = await follow();
    await writer.write(of(5));
    await recorder.untilSequence(5);
    for (const sequence of [5, 3, 5, 4, 6]) await writer.write(of(sequence));
    await recorder.untilSequence(6);
    expect(recorder.sequences).toEqual([5, 6]);
  });

  test("goes by the sequence and not by the clock, which may be set back", async () => {
    const { writer, follow } = await open();
    const recorder = await follow();
    await writer.write(of(1));
    await recorder.untilSequence(1);
    const setBack: Whole = { ...of(2), writtenAt: 1 };
    await writer.write(setBack);
    await recorder.untilSequence(2);
    expect(ordered(recorder.snapshots.slice(-1))).toEqual(ordered([setBack]));
  });

  test("delivers what a writer that was started anew says, though its sequence begins again", async () => {
    const { writer, carrier, follow, writerOf } = await open();
    const recorder = await follow();
    await writer.write(of(40));
    await recorder.untilSequence(40);
    const successor = writerOf(carrier);
    await successor.write(of(1, SUCCESSOR));
    await recorder.until(({ snapshots }) => snapshots.length === 2);
    await successor.close();
    expect(ordered(recorder.snapshots.slice(-1))).toEqual(ordered([of(1, SUCCESSOR)]));
    expect(recorder.changes).toEqual([null, null]);
  });

  test("says nothing more to a reader that was closed", async () => {
    const { writer, carrier, follow } = await open();
    const closed = new KindRecorder(kind);
    const reader = carrier.reader();
    await reader.start(closed);
    await reader.close();
    const recorder = await follow();
    await writer.write(of(1));
    await recorder.untilSequence(1);
    expect([closed.snapshots, closed.faults]).toEqual([[], []]);
  });

  test("a reader may be closed twice", async () => {
    const { carrier } = await open();
    const reader = carrier.reader();
    await reader.start(new KindRecorder(kind));
    await reader.close();
    await expect(reader.close()).resolves.toBeUndefined();
  });
}

function describeWriting<Whole extends SnapshotHeader, Item>({ sample, open }: Channel<Whole, Item>): void {
  const { kind, of } = sample;
  const whole = (sequence: number) => inOrder(kind, of(sequence));
  const written = async (follow: () => Promise<KindRecorder<Whole, Item>>) => {
    const last = (await follow()).snapshots.at(-1);
    return last === undefined ? undefined : inOrder(kind, last);
  };

  test("of many writes at once the last is made, and all of them are answered", async () => {
    const { writer, follow } = await open();
    const writes = Array.from({ length: 100 }, (_, index) => writer.write(of(index + 1)));
    expect((await Promise.allSettled(writes)).map(({ status }) => status)).toEqual(
      writes.map(() => "fulfilled"),
    );
    expect(await written(follow)).toEqual(whole(100));
  });

  test("a write that is made when another has just ended is not overtaken by one that waited", async () => {
    const { writer, follow } = await open();
    for (let sequence = 1; sequence <= 60; sequence += 3) {
      const first = writer.write(of(sequence));
      const second = writer.write(of(sequence + 1));
      const third = first.then(() => writer.write(of(sequence + 2)));
      await Promise.all([first, second, third]);
      expect((await written(follow))?.sequence).toBe(sequence + 2);
    }
  });

  test("a write that was answered can be seen", async () => {
    const { writer, follow } = await open();
    for (let sequence = 1; sequence <= 10; sequence += 1) {
      await writer.write(of(sequence));
      expect((await written(follow))?.sequence).toBe(sequence);
    }
  });

  test("closing waits for the writes under way", async () => {
    const { writer, follow } = await open();
    const writes = [1, 2, 3].map((sequence) => writer.write(of(sequence)));
    await writer.close();
    expect(await written(follow)).toEqual(whole(3));
    await Promise.all(writes);
  });

  test("two writers at once disturb neither each other nor a reader", async () => {
    const { writer, carrier, follow, writerOf } = await open();
    const other = writerOf(carrier);
    const recorder = await follow();
    const write = async (to: SnapshotWriter<Whole, Item>, run: Run) => {
      for (let sequence = 1; sequence <= 60; sequence += 1) await to.write(of(sequence, run));
    };
    await Promise.all([write(writer, RUN), write(other, SUCCESSOR)]);
    await other.write(of(61, SUCCESSOR));
    await recorder.untilSequence(61);
    await other.close();
    expect(recorder.faults).toEqual([]);
    expect(recorder.snapshots.filter((snapshot) => !isWhole(sample, snapshot))).toEqual([]);
  });
}

/** What may stand where a snapshot should, and how it is told. */
function foreignTo<Whole extends SnapshotHeader, Item>({
  kind,
  of,
  spoil,
  spoilt,
}: Sample<Whole, Item>): readonly (readonly [string, string, RegExp])[] {
  const { version } = kind;
  const whole = printSnapshot(kind, of(7));
  const versioned = (other: number) => whole.replace(`"version":${version}`, `"version":${other}`);
  const expected = version === 1 ? "1" : `${version} or ${version - 1}`;
  return [
    ["nothing", "", /^not JSON \(0 characters\): torn or truncated$/],
    ["half a snapshot", whole.slice(0, whole.length / 2), /^not JSON \(\d+ characters\): torn or truncated$/],
    ["a snapshot without its last letter", whole.slice(0, -1), /torn or truncated$/],
    ["two snapshots in one", whole + whole, /torn or truncated$/],
    ["another program's JSON", '{"hello":"world"}', new RegExp(`^version unknown, expected ${expected}$`)],
    ["a list", "[]", /^not a JSON object$/],
    ["bytes", "\u0000\u0001\ufffd", /torn or truncated$/],
    ["a later version", versioned(version + 1), new RegExp(`^version ${version + 1}, expected ${expected}$`)],
    [
      "a version before the last",
      versioned(version - 2),
      new RegExp(`^version ${version - 2}, expected ${expected}$`),
    ],
    [
      "a snapshot of another kind",
      whole.replaceAll(kind.list, "keys"),
      new RegExp(`^${kind.list} is not a list$`),
    ],
    ["a snapshot with a record that is none", spoil(whole), spoilt],
  ];
}

function describeForeignTexts<Whole extends SnapshotHeader, Item>({
  sample,
  open,
}: Channel<Whole, Item, SpoilableCarrier<Whole, Item>>): void {
  const { kind, of } = sample;

  describe.each(foreignTo(sample))("%s where a snapshot should be", (_what, text, words) => {
    test("is told once; the last good snapshot holds, and the next is delivered", async () => {
      const { writer, carrier, follow } = await open();
      await writer.write(of(1));
      await writer.write(of(2));
      const recorder = await follow();
      await carrier.put(text);
      await recorder.until(({ faults }) => faults.length > 0);
      // Looked at again and again, it is no other fault.
      await carrier.put(text);
      await carrier.put(text);
      expect(recorder.sequences).toEqual([2]);
      await writer.write(of(3));
      await recorder.untilSequence(3);
      expect(recorder.faults).toEqual([expect.stringMatching(words)]);
      expect(recorder.sequences).toEqual([2, 3]);
    });

    test("is told at the start as well", async () => {
      const { writer, carrier, follow } = await open();
      await carrier.put(text);
      const recorder = await follow();
      expect([recorder.snapshots, recorder.faults]).toEqual([[], [expect.stringMatching(words)]]);
      await writer.write(of(1));
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
    await writer.write(of(1));
    await recorder.untilSequence(1);
    await carrier.put("[]");
    await recorder.until(({ faults }) => faults.length === 3);
    expect(recorder.faults).toEqual([
      "not a JSON object",
      expect.stringMatching(/^version unknown, expected /),
      "not a JSON object",
    ]);
  });

  test("the version before is read as this one, unknown fields are passed over", async () => {
    const { carrier, follow } = await open();
    const before = printSnapshot(kind, of(7)).replace(
      `"version":${kind.version}`,
      `"version":${kind.version - 1},"region":{"of":["a","later","writer"]}`,
    );
    await carrier.put(before);
    const recorder = await follow();
    expect(recorder.faults).toEqual([]);
    expect(recorder.snapshots).toMatchObject([of(7)]);
  });

  test("a snapshot that is taken away is no fault; the next one is delivered", async () => {
    const { writer, carrier, follow } = await open();
    await writer.write(of(1));
    const recorder = await follow();
    await carrier.remove();
    await writer.write(of(2));
    await recorder.untilSequence(2);
    await carrier.remove();
    const late = await follow();
    expect([late.snapshots, late.faults]).toEqual([[], []]);
    await writer.write(of(3));
    await Promise.all([recorder.untilSequence(3), late.untilSequence(3)]);
    expect(recorder.faults).toEqual([]);
    expect(recorder.sequences).toEqual([1, 2, 3]);
  });
}
