import { execFileSync } from "node:child_process";
import {
  appendFileSync,
  mkdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import * as fs from "node:fs";
import path from "node:path";
import { VERDICTS, type Snapshot } from "@rollcall/contract";
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { Recorder } from "../test/recorder.ts";
import { isWhole, snapshotOf, VERDICT_SAMPLE } from "../test/samples.ts";
import { temporaryDirectory } from "../test/temporary.ts";
import { FileSnapshotReader } from "./file-reader.ts";
import { FileSnapshotWriter } from "./file-writer.ts";
import { changeLogOf, printOpening } from "./change-log.ts";
import { changeBetween } from "./changes.ts";
import { printChange, printSnapshot } from "./snapshot-text.ts";

vi.mock("node:fs", async (importOriginal) => {
  const original = await importOriginal<typeof fs>();
  return { ...original, watch: vi.fn<typeof original.watch>(original.watch) };
});

let place: ReturnType<typeof temporaryDirectory>;
let directory = "";
let file = "";
beforeEach(() => {
  place = temporaryDirectory();
  directory = path.join(place.directory, "run");
  file = path.join(directory, "state.json");
  // The half second between two looks passes when a test says so.
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
});
afterEach(() => {
  vi.useRealTimers();
  vi.mocked(fs.watch).mockReset();
  place.remove();
});

const FORGED = Number.MAX_SAFE_INTEGER - 1;

async function follow(): Promise<Recorder> {
  const recorder = new Recorder();
  const reader = new FileSnapshotReader(VERDICTS, file);
  onTestFinished(() => reader.close());
  await reader.start(recorder);
  return recorder;
}

const lookAgain = () => vi.advanceTimersByTimeAsync(500);
const replace = (text: string) => {
  mkdirSync(directory, { recursive: true });
  writeFileSync(`${file}.new`, text);
  renameSync(`${file}.new`, file);
};
const put = (sequence: number) => replace(printSnapshot(VERDICTS, snapshotOf(sequence)));

test.each<[string, (writtenAt: number) => void]>([
  ["a base", (writtenAt) => replace(printSnapshot(VERDICTS, { ...snapshotOf(FORGED), writtenAt }))],
  [
    "a change",
    (writtenAt) => {
      const forged = { ...snapshotOf(FORGED), writtenAt };
      const text = printChange(VERDICTS, forged, { after: 1, changed: [], removed: [] });
      writeFileSync(changeLogOf(file), `${printOpening(VERDICTS, snapshotOf(1))}${text}\n`);
    },
  ],
])("%s under a number that its writer never reaches hides nothing that follows", async (_what, forge) => {
  const writer = new FileSnapshotWriter(VERDICTS, file);
  onTestFinished(() => writer.close());
  await writer.write(snapshotOf(1));
  const recorder = await follow();
  forge(snapshotOf(1).writtenAt + 1);
  await lookAgain();
  await recorder.untilSequence(FORGED);
  const [two, three] = [snapshotOf(2), snapshotOf(3)];
  await writer.write(two, changeBetween(VERDICTS, snapshotOf(1), two));
  await lookAgain();
  await recorder.untilSequence(2);
  await writer.write(three, changeBetween(VERDICTS, two, three));
  await lookAgain();
  await recorder.untilSequence(3);
  expect(recorder.sequences).toEqual([1, FORGED, 2, 3]);
});

test("a FIFO in the file's place holds nothing up: what comes after it is read, and closing does not wait", async () => {
  mkdirSync(directory, { recursive: true });
  execFileSync("mkfifo", [file]);
  const recorder = await follow();
  expect(recorder.faults).toEqual(["a FIFO, not a file"]);
  rmSync(file);
  put(1);
  await lookAgain();
  await vi.waitFor(() => expect(recorder.snapshots).toHaveLength(1));
});

describe("where watching does not work", () => {
  beforeEach(() => {
    vi.mocked(fs.watch).mockImplementation(() => {
      throw Object.assign(new Error("no watchers left"), { code: "ENOSPC" });
    });
  });

  test("news is found by looking every half second", async () => {
    const recorder = await follow();
    put(1);
    await lookAgain();
    await recorder.untilSequence(1);
    put(2);
    await lookAgain();
    await recorder.untilSequence(2);
    expect(recorder.sequences).toEqual([1, 2]);
  });

  test("a file that has not changed is not read again, a broken one is told of once", async () => {
    replace("{}");
    const recorder = await follow();
    for (let look = 0; look < 10; look += 1) await lookAgain();
    replace("{} ");
    for (let look = 0; look < 10; look += 1) await lookAgain();
    put(1);
    await lookAgain();
    await recorder.untilSequence(1);
    expect(recorder.faults).toEqual(["version unknown, expected 2 or 1"]);
  });

  test("a file written as another program would, piece by piece, is taken when it is whole", async () => {
    put(1);
    const recorder = await follow();
    const text = printSnapshot(VERDICTS, snapshotOf(2));
    const lengths = Array.from({ length: Math.ceil(text.length / 2_000) }, (_, index) => index * 2_000);
    for (const length of lengths) {
      writeFileSync(file, text.slice(0, length));
      await lookAgain();
      await recorder.until(
        ({ faults }) => faults.at(-1) === `not JSON (${length} characters): torn or truncated`,
      );
    }
    expect(recorder.sequences).toEqual([1]);
    appendFileSync(file, text.slice(lengths.at(-1)));
    await lookAgain();
    await recorder.untilSequence(2);
    expect(recorder.snapshots.at(-1)).toEqual(snapshotOf(2));
    expect(recorder.faults).toHaveLength(lengths.length);
  });

  test("watching is tried again at every look", async () => {
    await follow();
    await lookAgain();
    await lookAgain();
    expect(fs.watch).toHaveBeenCalledTimes(3);
  });
});

const changeText = (sequence: number, from = sequence - 1) => {
  const change = changeBetween(VERDICTS, snapshotOf(from), snapshotOf(sequence));
  return change === null ? "" : `${printChange(VERDICTS, snapshotOf(sequence), change)}\n`;
};
const opening = (sequence: number) => printOpening(VERDICTS, snapshotOf(sequence));
const writeLog = (text: string) => writeFileSync(`${file}.changes`, text);
const appendLog = (text: string) => appendFileSync(`${file}.changes`, text);

describe("the log of changes", () => {
  test("is part of the first look: no state is shown that was over before", async () => {
    put(1);
    writeLog(opening(1) + changeText(2) + changeText(3));
    const recorder = await follow();
    expect(recorder.sequences).toEqual([3]);
    expect(isWhole(VERDICT_SAMPLE, recorder.snapshots[0] as Snapshot)).toBe(true);
  });

  test("is followed as it grows, by its whole changes", async () => {
    put(1);
    const recorder = await follow();
    const text = opening(1) + changeText(2) + changeText(3);
    const second = text.length - changeText(3).length;
    for (const [from, to] of [
      [0, 5],
      [5, opening(1).length + 40],
      [opening(1).length + 40, second - 1],
    ] as const) {
      appendLog(text.slice(from, to));
      await lookAgain();
    }
    expect(recorder.sequences).toEqual([1]);
    appendLog(text.slice(second - 1, second + 99));
    await lookAgain();
    await recorder.untilSequence(2);
    appendLog(text.slice(second + 99));
    await lookAgain();
    await recorder.untilSequence(3);
    expect([recorder.faults, recorder.differed]).toEqual([[], false]);
    expect(recorder.snapshots.every((snapshot) => isWhole(VERDICT_SAMPLE, snapshot))).toBe(true);
  });

  test("several that came together are shown as one", async () => {
    put(1);
    const recorder = await follow();
    writeLog(opening(1) + [2, 3, 4, 5].map((sequence) => changeText(sequence)).join(""));
    await lookAgain();
    await recorder.untilSequence(5);
    expect(recorder.sequences).toEqual([1, 5]);
    expect(recorder.differed).toBe(false);
  });

  test.each<[string, string]>([
    ["of another base", opening(9) + changeText(10)],
    ["of another run", (opening(1) + changeText(2)).replaceAll("prober-1", "prober-0")],
    ["of a base that this one has replaced", opening(0) + changeText(1)],
    ["with a change missing", opening(1) + changeText(3)],
    ["that is not there", ""],
  ])("one %s changes nothing, and is no fault", async (_which, text) => {
    put(1);
    writeLog(text);
    const recorder = await follow();
    await lookAgain();
    expect([recorder.sequences, recorder.faults]).toEqual([[1], []]);
    // What goes on from the base is taken all the same, once it is there.
    writeLog(opening(1) + changeText(2));
    await lookAgain();
    await recorder.untilSequence(2);
  });

  test.each<[string, (text: string) => string, string]>([
    ["a line that is none", (text) => text.replace('{"deployment"', '{deployment"'), "torn or truncated"],
    ["a record that is none", (text) => text.replace('"alias":', '"alas":'), "alias is not as expected"],
    [
      "zeros, as a crash of the machine may leave them",
      (text) => text.replace(/"found":.{20}/, "\0".repeat(30)),
      "torn or truncated",
    ],
  ])("with %s holds up to there, and that is told once", async (_what, spoil, words) => {
    put(1);
    const recorder = await follow();
    writeLog(opening(1) + changeText(2) + spoil(changeText(3)) + changeText(4));
    await lookAgain();
    await recorder.until(({ faults }) => faults.length > 0);
    appendLog(changeText(5));
    await lookAgain();
    await lookAgain();
    expect(recorder.sequences).toEqual([1, 2]);
    put(6);
    rmSync(`${file}.changes`);
    await lookAgain();
    await recorder.untilSequence(6);
    expect(recorder.faults).toEqual([expect.stringContaining(words)]);
  });
});

test("a directory that is not there is made, so that it can be watched", async () => {
  const recorder = await follow();
  expect(fs.statSync(directory).mode & 0o777).toBe(0o700);
  put(1);
  await recorder.untilSequence(1);
});

test("a directory that cannot be made yet is a fault, told once, until it can", async () => {
  writeFileSync(directory, "");
  const recorder = await follow();
  for (let look = 0; look < 5; look += 1) await lookAgain();
  expect(recorder.faults).toEqual(["ENOTDIR"]);
  rmSync(directory);
  put(1);
  await lookAgain();
  await recorder.untilSequence(1);
  expect(recorder.faults).toEqual(["ENOTDIR"]);
});

test("a directory that was taken away and made again is found", async () => {
  put(1);
  const recorder = await follow();
  rmSync(directory, { recursive: true });
  await lookAgain();
  put(2);
  await lookAgain();
  await recorder.untilSequence(2);
  expect(recorder.faults).toEqual([]);
});

test("a directory in place of the file is a fault, told once", async () => {
  mkdirSync(file, { recursive: true });
  const recorder = await follow();
  for (let look = 0; look < 5; look += 1) await lookAgain();
  expect(recorder.faults).toEqual(["EISDIR"]);
  rmSync(file, { recursive: true });
  put(1);
  await recorder.untilSequence(1);
});

test("a file larger than any fleet's is not read", async () => {
  replace("");
  truncateSync(file, 256 * 1024 * 1024 + 1);
  const recorder = await follow();
  expect(recorder.faults).toEqual(["268435457 bytes, more than 268435456"]);
  put(1);
  await recorder.untilSequence(1);
});

test("a link is followed to wherever it is turned", async () => {
  mkdirSync(directory);
  const target = (sequence: number) => {
    const name = path.join(directory, `state-${sequence}.json`);
    writeFileSync(name, printSnapshot(VERDICTS, snapshotOf(sequence)));
    return name;
  };
  symlinkSync(target(1), file);
  const recorder = await follow();
  symlinkSync(target(2), `${file}.new`);
  renameSync(`${file}.new`, file);
  await recorder.untilSequence(2);
  expect(recorder.sequences).toEqual([1, 2]);
});

test("a file that is touched is not delivered again", async () => {
  put(1);
  const recorder = await follow();
  utimesSync(file, 1, 1);
  await lookAgain();
  put(2);
  await recorder.untilSequence(2);
  expect(recorder.sequences).toEqual([1, 2]);
});

test("a watch that breaks is made again", async () => {
  const recorder = await follow();
  const [watcher] = vi.mocked(fs.watch).mock.results.map(({ value }) => value as fs.FSWatcher);
  watcher?.emit("error", new Error("gone"));
  await lookAgain();
  expect(fs.watch).toHaveBeenCalledTimes(2);
  put(1);
  await recorder.untilSequence(1);
});

describe("closing", () => {
  const held = async () => {
    // Node lets go of a watch on the next turn of its loop.
    await new Promise((resolve) => setImmediate(resolve));
    return {
      watches: process.getActiveResourcesInfo().filter((resource) => resource === "FSEventWrap").length,
      timers: vi.getTimerCount(),
    };
  };

  test("lets go of watch and timer", async () => {
    const reader = new FileSnapshotReader(VERDICTS, file);
    await reader.start(new Recorder());
    expect(await held()).toEqual({ watches: 1, timers: 1 });
    await reader.close();
    expect(await held()).toEqual({ watches: 0, timers: 0 });
  });

  test("while it starts leaves nothing behind either", async () => {
    const reader = new FileSnapshotReader(VERDICTS, file);
    const recorder = new Recorder();
    put(1);
    const starting = reader.start(recorder);
    await reader.close();
    await starting;
    expect(await held()).toEqual({ watches: 0, timers: 0 });
    expect(recorder.snapshots).toEqual([]);
  });
});
