import type * as promises from "node:fs/promises";
import path from "node:path";
import { VERDICTS, type Snapshot, type Verdict } from "@rollcall/contract";
import { expect, test, vi } from "vitest";
import { changeBetween } from "../src/changes.ts";
import { FileSnapshotReader, FileSnapshotWriter } from "../src/index.ts";
import { printChange, printSnapshot } from "../src/snapshot-text.ts";
import { MortalProcess, type End } from "./mortal-process.ts";
import { Recorder } from "./recorder.ts";
import { inOrder, snapshotOf, verdictOf } from "./samples.ts";
import { temporaryDirectory } from "./temporary.ts";

/** Whoever writes now; null: one that lives. */
let writing: MortalProcess | null = null;

vi.mock("node:fs/promises", async (importOriginal) => {
  const real = await importOriginal<typeof promises>();
  const call = <T>(make: () => Promise<T>) => writing?.call(make) ?? make();
  return {
    ...real,
    mkdir: (...args: Parameters<typeof real.mkdir>) => call(() => real.mkdir(...args)),
    rename: (...args: Parameters<typeof real.rename>) => call(() => real.rename(...args)),
    unlink: (...args: Parameters<typeof real.unlink>) => call(() => real.unlink(...args)),
    stat: (file: string) => call(() => real.stat(file)),
    open: (...args: Parameters<typeof real.open>) =>
      call(async () => {
        const handle = await real.open(...args);
        return writing?.holding(handle) ?? handle;
      }),
  };
});

const of = (sequence: number, values: readonly (number | null)[]): Snapshot => ({
  ...snapshotOf(sequence),
  verdicts: values.flatMap((value, index) => (value === null ? [] : [verdictOf(index, value)])),
});
const [BASE, BEFORE, WRITTEN] = [of(5, [1, 1, 1, 1, 1]), of(6, [1, 2, 1, 1, 1]), of(7, [null, 2, 1, 3, 1])];
const changeTo = (before: Snapshot, after: Snapshot) => changeBetween(VERDICTS, before, after);
const bytesOf = (text: string) => Buffer.byteLength(text);

/** What is cut, by the calls that it makes to the system. */
interface Cut {
  /** What lies there, and is to be written. */
  readonly prepare: (writer: Writer) => Promise<void>;
  readonly write: (writer: Writer) => Promise<void>;
  readonly calls: readonly string[];
  /** The call that writes, and how much. */
  readonly writes: string;
  readonly bytes: number;
  /** From this call on what was written is there. */
  readonly visibleAfter: string;
}

type Writer = FileSnapshotWriter<Snapshot, Verdict>;

/** The log is there already, or begins with it. */
const appending = (prepare: Cut["prepare"], before: Snapshot, opening: number): Cut => ({
  prepare,
  write: (writer) => writer.write(WRITTEN, changeTo(before, WRITTEN)),
  calls: ["stat", "open", "stat of the log", "write", "close"],
  writes: "write",
  bytes:
    opening +
    bytesOf(
      `${printChange(VERDICTS, WRITTEN, changeTo(before, WRITTEN) ?? { after: 0, changed: [], removed: [] })}\n`,
    ),
  visibleAfter: "write",
});

async function withLog(writer: Writer): Promise<void> {
  await writer.write(BASE);
  await writer.write(BEFORE, changeTo(BASE, BEFORE));
}

const A_BASE: Cut = {
  prepare: withLog,
  write: () => new FileSnapshotWriter(VERDICTS, file).write(WRITTEN),
  calls: ["mkdir", "open", "write", "sync", "stat", "close", "rename", "unlink"],
  writes: "write",
  bytes: bytesOf(printSnapshot(VERDICTS, WRITTEN)),
  visibleAfter: "rename",
};

const A_CHANGE = appending(withLog, BEFORE, 0);

const THE_FIRST_CHANGE = appending(
  (writer) => writer.write(BEFORE),
  BEFORE,
  bytesOf('{"version":2,"base":"prober-1-6"}\n'),
);

/** Enough for a machine that has other things to do: by itself it takes a tenth of it. */
const TIME_LIMIT_MS = 60_000;

let file = "";

/** What a gateway that starts then finds. */
async function look(): Promise<Recorder> {
  const recorder = new Recorder();
  const reader = new FileSnapshotReader(VERDICTS, file);
  await reader.start(recorder);
  await reader.close();
  return recorder;
}

/** It ends before the first call, when one of them is done, or when so many bytes are written. */
function endsOf({ calls, writes, bytes }: Cut): readonly End[] {
  const at = calls.indexOf(writes) + 1;
  return [
    ...Array.from({ length: calls.length + 1 }, (_, afterCalls) => ({ afterCalls })),
    ...Array.from({ length: bytes }, (_, written) => ({ afterCalls: at, bytes: written })),
  ];
}

test.each<[string, Cut]>([
  ["a base", A_BASE],
  ["a change", A_CHANGE],
  ["the first change after a base", THE_FIRST_CHANGE],
])(
  "a writer that ends after any call, or after any byte of %s, leaves one snapshot or the other, whole",
  { timeout: TIME_LIMIT_MS },
  async (what, cut) => {
    const { directory, remove } = temporaryDirectory();
    file = path.join(directory, "run", "state.json");
    const ends = endsOf(cut);
    const visible = cut.calls.indexOf(cut.visibleAfter) + 1;
    try {
      let replaced = 0;
      for (const end of ends) {
        const writer = new FileSnapshotWriter(VERDICTS, file);
        await cut.prepare(writer);
        const before = (await look()).snapshots[0] as Snapshot;
        const mortal = new MortalProcess(end);
        writing = mortal;
        void cut.write(writer);
        await mortal.gone;
        writing = null;
        await mortal.buried();
        const { snapshots, faults } = await look();
        const isThere = end.bytes === undefined && end.afterCalls >= visible;
        const found = snapshots.map((snapshot) => inOrder(VERDICTS, snapshot));
        const wanted = isThere ? inOrder(VERDICTS, WRITTEN) : inOrder(VERDICTS, before);
        expect({ end, found, faults }).toEqual({ end, found: [wanted], faults: [] });
        if (isThere) replaced += 1;
      }
      process.stdout.write(
        `the file carrier, ${what}: ${ends.length} writes cut, after every call and every byte; ` +
          `${ends.length - replaced} left the snapshot before them, ${replaced} the new one, none a broken one\n`,
      );
      expect(ends.length).toBeGreaterThan(500);
      expect(replaced).toBe(cut.calls.length - visible + 1);
    } finally {
      remove();
    }
  },
);
