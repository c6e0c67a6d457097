import type * as promises from "node:fs/promises";
import path from "node:path";
import { printSnapshot } from "@rollcall/contract";
import { expect, test, vi } from "vitest";
import { FileSnapshotReader, FileSnapshotWriter } from "../src/index.ts";
import { MortalProcess, type End } from "./mortal-process.ts";
import { Recorder } from "./recorder.ts";
import { snapshotOf } from "./snapshots.ts";
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
    open: (...args: Parameters<typeof real.open>) =>
      call(async () => {
        const handle = await real.open(...args);
        return writing?.holding(handle) ?? handle;
      }),
  };
});

/** Of these sizes a thousand cuts are made: one for each byte of the second. */
const [BEFORE, WRITTEN] = [snapshotOf(150), snapshotOf(69)];

/** mkdir, open, write, sync, close, rename: it ends before the first, or when one of them is done. */
const CALLS = 6;
const WRITE = 3;

const ENDS: readonly End[] = [
  ...Array.from({ length: CALLS + 1 }, (_, afterCalls) => ({ afterCalls })),
  ...Array.from({ length: printSnapshot(WRITTEN).length }, (_, bytes) => ({ afterCalls: WRITE, bytes })),
];

/** Enough for a machine that has other things to do: by itself it takes a tenth of it. */
const TIME_LIMIT_MS = 60_000;

/** What a gateway that starts then finds. */
async function look(file: string): Promise<Recorder> {
  const recorder = new Recorder();
  const reader = new FileSnapshotReader(file);
  await reader.start(recorder);
  await reader.close();
  return recorder;
}

test(
  "a writer that ends after any call, or after any byte, leaves one snapshot or the other, whole",
  { timeout: TIME_LIMIT_MS },
  async () => {
    const { directory, remove } = temporaryDirectory();
    const file = path.join(directory, "run", "state.json");
    try {
      let replaced = 0;
      for (const end of ENDS) {
        await new FileSnapshotWriter(file).write(BEFORE);
        const mortal = new MortalProcess(end);
        writing = mortal;
        void new FileSnapshotWriter(file).write(WRITTEN);
        await mortal.gone;
        writing = null;
        await mortal.buried();
        const { snapshots, faults } = await look(file);
        const whole = end.afterCalls === CALLS ? WRITTEN : BEFORE;
        expect({ end, snapshots, faults }).toEqual({ end, snapshots: [whole], faults: [] });
        if (whole === WRITTEN) replaced += 1;
      }
      process.stdout.write(
        `the file carrier: ${ENDS.length} writes cut, after every call and every byte; ` +
          `${ENDS.length - replaced} left the snapshot before them, ${replaced} the new one, none a broken one\n`,
      );
      expect(ENDS.length).toBeGreaterThan(1_000);
      expect(replaced).toBe(1);
    } finally {
      remove();
    }
  },
);
