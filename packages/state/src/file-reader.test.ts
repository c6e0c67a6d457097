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
import { printSnapshot } from "@rollcall/contract";
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { Recorder } from "../test/recorder.ts";
import { snapshotOf } from "../test/snapshots.ts";
import { temporaryDirectory } from "../test/temporary.ts";
import { FileSnapshotReader } from "./file-reader.ts";

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

async function follow(): Promise<Recorder> {
  const recorder = new Recorder();
  const reader = new FileSnapshotReader(file);
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
const put = (sequence: number) => replace(printSnapshot(snapshotOf(sequence)));

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
    expect(recorder.faults).toEqual(["version unknown, expected 1"]);
  });

  test("a file written as another program would, piece by piece, is taken when it is whole", async () => {
    put(1);
    const recorder = await follow();
    const text = printSnapshot(snapshotOf(2));
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
    writeFileSync(name, printSnapshot(snapshotOf(sequence)));
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
    const reader = new FileSnapshotReader(file);
    await reader.start(new Recorder());
    expect(await held()).toEqual({ watches: 1, timers: 1 });
    await reader.close();
    expect(await held()).toEqual({ watches: 0, timers: 0 });
  });

  test("while it starts leaves nothing behind either", async () => {
    const reader = new FileSnapshotReader(file);
    const recorder = new Recorder();
    put(1);
    const starting = reader.start(recorder);
    await reader.close();
    await starting;
    expect(await held()).toEqual({ watches: 0, timers: 0 });
    expect(recorder.snapshots).toEqual([]);
  });
});
