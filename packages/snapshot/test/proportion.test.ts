import type * as promises from "node:fs/promises";
import { statSync } from "node:fs";
import type { Socket } from "node:net";
import path from "node:path";
import { beforeAll, describe, expect, onTestFinished, test, vi } from "vitest";
import {
  changeBetween,
  FileSnapshotReader,
  FileSnapshotWriter,
  HttpSnapshotReader,
  HttpSnapshotWriter,
  type SnapshotReader,
  type SnapshotWriter,
} from "../src/index.ts";
import { realClock } from "./real-clock.ts";
import { PlainRecorder } from "./recorder.ts";
import { TOY_SAMPLE } from "./samples.ts";
import { serve } from "./serve.ts";
import { temporaryDirectory } from "./temporary.ts";

/** What files gave to their readers, in bytes. */
let read = 0;

vi.mock("node:fs/promises", async (importOriginal) => {
  const real = await importOriginal<typeof promises>();
  return {
    ...real,
    open: async (...args: Parameters<typeof real.open>) => {
      const handle = await real.open(...args);
      const readPart = handle.read.bind(handle) as (...how: unknown[]) => Promise<{ bytesRead: number }>;
      const readFile = handle.readFile.bind(handle) as (...how: unknown[]) => Promise<string>;
      return Object.assign(handle, {
        read: async (...how: unknown[]) => {
          const part = await readPart(...how);
          read += part.bytesRead;
          return part;
        },
        readFile: async (...how: unknown[]) => {
          const whole = await readFile(...how);
          read += Buffer.byteLength(whole);
          return whole;
        },
      });
    },
  };
});

const { kind, of } = TOY_SAMPLE;
type Toys = ReturnType<typeof of>;
type Toy = Toys["toys"][number];

const RECORDS = 100_000;
let base: Toys;

/** The nth: one record differs from the one before. */
function nth(before: Toys): Toys {
  const { sequence } = before;
  const toys = before.toys.with(sequence, { id: `toy ${sequence}`, size: sequence * 1_000 });
  return { ...before, sequence: sequence + 1, toys };
}

/** What was parsed, in characters. */
let parsed = 0;

beforeAll(() => {
  const toys = Array.from({ length: RECORDS }, (_, index) => ({ id: `toy ${index}`, size: index }));
  base = { ...of(1), toys };
  const parse = JSON.parse;
  vi.spyOn(JSON, "parse").mockImplementation((text, reviver) => {
    parsed += text.length;
    return parse(text, reviver);
  });
  return () => void vi.restoreAllMocks();
});

interface Ends {
  readonly writer: SnapshotWriter<Toys, Toy>;
  readonly reader: SnapshotReader<Toys, Toy>;
  /** What was sent or read since the beginning, in bytes. */
  readonly carried: () => number;
}

async function byFile(): Promise<Ends & { readonly file: string }> {
  const { directory, remove } = temporaryDirectory();
  onTestFinished(remove);
  const file = path.join(directory, "toys.json");
  read = 0;
  return {
    file,
    writer: new FileSnapshotWriter(kind, file),
    reader: new FileSnapshotReader(kind, file),
    carried: () => read,
  };
}

const overHttp = (accept?: string) => async (): Promise<Ends> => {
  const writer = new HttpSnapshotWriter({ kind, clock: realClock, refusal: () => null });
  const { origin, server, close } = await serve((request, response) => {
    if (accept !== undefined) request.headers.accept = accept;
    writer.answer(request, response);
  });
  onTestFinished(close);
  const sockets: Socket[] = [];
  server.on("connection", (socket) => sockets.push(socket));
  const reader = new HttpSnapshotReader({
    kind,
    url: `${origin}/toys`,
    credential: { name: "token", token: () => null },
    clock: realClock,
    random: Math.random,
    pollMs: 5,
  });
  const carried = () => sockets.reduce((sum, { bytesWritten }) => sum + bytesWritten, 0);
  return { writer, reader, carried };
};

describe(`of ${RECORDS} records one that changes reaches a reader without the others`, () => {
  test.each<[string, () => Promise<Ends>]>([
    ["by file", byFile],
    ["by stream", overHttp()],
    ["when asked", overHttp("application/json")],
  ])("%s", async (_how, open) => {
    const { writer, reader, carried } = await open();
    const recorder = new PlainRecorder<Toys, Toy>();
    onTestFinished(() => reader.close());
    await writer.write(base);
    await reader.start(recorder);
    await recorder.untilSequence(1);
    const whole = carried();
    expect(whole).toBeGreaterThan(1_000_000);

    const start = { carried: carried(), parsed };
    let last = base;
    for (let count = 0; count < 20; count += 1) {
      const next = nth(last);
      await writer.write(next, changeBetween(kind, last, next));
      await recorder.untilSequence(next.sequence);
      last = next;
    }
    // Twenty changes and what there is around each: some hundred bytes, ten times over where it is asked again and again.
    expect(carried() - start.carried).toBeLessThan(100_000);
    expect(parsed - start.parsed).toBeLessThan(20_000);
    expect(recorder.changes.slice(1).map((change) => change?.changed.length)).toEqual(
      Array.from({ length: 20 }, () => 1),
    );
    expect(recorder.snapshots.at(-1)?.toys[7]).toEqual(last.toys[7]);
  });
});

test("nor does it read the base that a log was folded into", async () => {
  const { file, writer, reader, carried } = await byFile();
  const recorder = new PlainRecorder<Toys, Toy>();
  onTestFinished(() => reader.close());
  await writer.write(base);
  await reader.start(recorder);
  const { ino } = statSync(file);
  const whole = carried();
  let last = base;
  // A third of the records each time: the second is more than the log may hold.
  for (let count = 0; count < 2; count += 1) {
    const changed = last.toys.slice(0, RECORDS / 3).map(({ id }) => ({ id, size: count }));
    const next = {
      ...last,
      sequence: last.sequence + 1,
      toys: [...changed, ...last.toys.slice(RECORDS / 3)],
    };
    await writer.write(next, { after: last.sequence, changed, removed: [] });
    await recorder.untilSequence(next.sequence);
    last = next;
  }
  expect(statSync(file).ino).not.toBe(ino);
  // And goes on behind it.
  const after = nth(last);
  const before = carried();
  await writer.write(after, changeBetween(kind, last, after));
  await recorder.untilSequence(after.sequence);
  expect(carried() - before).toBeLessThan(50_000);
  expect(carried() - whole).toBeLessThan(whole);
  expect(recorder.changes.map((change) => change?.changed.length)).toEqual([undefined, 33_333, 33_333, 1]);
});
