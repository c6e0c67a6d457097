import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import * as promises from "node:fs/promises";
import path from "node:path";
import { VERDICTS, type Snapshot, type SnapshotChange, type Verdict } from "@rollcall/contract";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { inOrder, snapshotOf } from "../test/samples.ts";
import { temporaryDirectory } from "../test/temporary.ts";
import { changeLogOf } from "./change-log.ts";
import { changeBetween } from "./changes.ts";
import { FileSnapshotWriter } from "./file-writer.ts";
import { parseSnapshotFile } from "./read-snapshot-file.ts";
import { parseSnapshot, printSnapshot } from "./snapshot-text.ts";

vi.mock("node:fs/promises", async (importOriginal) => {
  const original = await importOriginal<typeof promises>();
  return { ...original, rename: vi.fn<typeof original.rename>(original.rename) };
});

let place: ReturnType<typeof temporaryDirectory>;
let file = "";
beforeEach(() => {
  place = temporaryDirectory();
  file = path.join(place.directory, "run", "state.json");
});
afterEach(() => place.remove());

const written = () => parseSnapshot(VERDICTS, readFileSync(file, "utf8"));
const beside = () => readdirSync(path.dirname(file));

test("makes file and directory for their owner alone, and leaves nothing beside the file", async () => {
  await new FileSnapshotWriter(VERDICTS, file).write(snapshotOf(1));
  expect(readFileSync(file, "utf8")).toBe(printSnapshot(VERDICTS, snapshotOf(1)));
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(statSync(path.dirname(file)).mode & 0o777).toBe(0o700);
  expect(beside()).toEqual(["state.json"]);
});

test("replaces the file, whoever has it open, and does not write into it", async () => {
  const writer = new FileSnapshotWriter(VERDICTS, file);
  await writer.write(snapshotOf(1));
  const before = statSync(file).ino;
  const open = await promises.open(file, "r");
  await writer.write(snapshotOf(2));
  expect(statSync(file).ino).not.toBe(before);
  expect(await open.readFile("utf8")).toBe(printSnapshot(VERDICTS, snapshotOf(1)));
  await open.close();
});

test("replaces a link and leaves alone what it points to", async () => {
  const other = path.join(place.directory, "other");
  writeFileSync(other, "not ours");
  mkdirSync(path.dirname(file));
  symlinkSync(other, file);
  await new FileSnapshotWriter(VERDICTS, file).write(snapshotOf(1));
  expect(readFileSync(other, "utf8")).toBe("not ours");
  expect(written()).toMatchObject({ ok: true });
});

test("makes the directory again where it was taken away", async () => {
  const writer = new FileSnapshotWriter(VERDICTS, file);
  await writer.write(snapshotOf(1));
  rmSync(path.dirname(file), { recursive: true });
  await writer.write(snapshotOf(2));
  expect(written()).toEqual({ ok: true, value: snapshotOf(2) });
});

test("makes one write for all that came while another was under way", async () => {
  const writer = new FileSnapshotWriter(VERDICTS, file);
  vi.mocked(promises.rename).mockClear();
  await Promise.all(Array.from({ length: 100 }, (_, index) => writer.write(snapshotOf(index))));
  expect(promises.rename).toHaveBeenCalledTimes(2);
});

const log = () => changeLogOf(file);
const change = (sequence: number, from = sequence - 1) =>
  changeBetween(VERDICTS, snapshotOf(from), snapshotOf(sequence));
const joined = () => {
  const [base, changes] = [file, log()].map((name) => readFileSync(name, "utf8")) as [string, string];
  const parsed = parseSnapshotFile(VERDICTS, { base, log: changes });
  return parsed.ok ? inOrder(VERDICTS, parsed.value) : parsed.error;
};
const whole = (sequence: number) => inOrder(VERDICTS, snapshotOf(sequence));

/** A base and two changes behind it. */
async function withLog() {
  const writer = new FileSnapshotWriter(VERDICTS, file);
  await writer.write(snapshotOf(1));
  await writer.write(snapshotOf(2), change(2));
  await writer.write(snapshotOf(3), change(3));
  return writer;
}

describe("a change", () => {
  test("is appended to a log of the owner's alone, and the base is left as it is", async () => {
    const writer = new FileSnapshotWriter(VERDICTS, file);
    await writer.write(snapshotOf(1));
    const { ino, mtimeMs } = statSync(file);
    await writer.write(snapshotOf(2), change(2));
    await writer.write(snapshotOf(3), change(3));
    expect(statSync(file)).toMatchObject({ ino, mtimeMs });
    expect(statSync(log()).mode & 0o777).toBe(0o600);
    expect(beside()).toEqual(["state.json", "state.json.changes"]);
    expect(joined()).toEqual(whole(3));
    const [opening = "", ...rest] = readFileSync(log(), "utf8").split(/(?<=\n\]\}\n|^[^\n]*\n)/);
    expect(JSON.parse(opening)).toEqual({ version: 2, base: "prober-1-1" });
    expect(rest.map((text) => JSON.parse(text))).toMatchObject([
      { version: 2, sequence: 2, after: 1, changed: change(2)?.changed },
      { version: 2, sequence: 3, after: 2, changed: change(3)?.changed },
    ]);
  });

  test("that touches nothing is a heartbeat of a few hundred bytes", async () => {
    const writer = await withLog();
    const before = statSync(log()).size;
    await writer.write(snapshotOf(4), { after: 3, changed: [], removed: [] });
    expect(statSync(log()).size - before).toBeLessThan(300);
  });

  test("is one with those that waited with it", async () => {
    const writer = new FileSnapshotWriter(VERDICTS, file);
    await writer.write(snapshotOf(1));
    await Promise.all([2, 3, 4].map((sequence) => writer.write(snapshotOf(sequence), change(sequence))));
    expect(readFileSync(log(), "utf8").match(/"after":\d+/g)).toEqual(['"after":1', '"after":2']);
    expect(joined()).toEqual(whole(4));
  });

  test("is folded into a new base once the log is half as long, and longer than 64 KiB", async () => {
    const writer = await withLog();
    let longest = 0;
    let sequence = 4;
    for (; beside().length === 2 && sequence < 1_000; sequence += 1) {
      longest = statSync(log()).size;
      await writer.write(snapshotOf(sequence), change(sequence));
    }
    expect(longest).toBeGreaterThan(60 * 1024);
    expect(longest).toBeLessThanOrEqual(64 * 1024);
    expect(written()).toEqual({ ok: true, value: snapshotOf(sequence - 1) });
    await writer.write(snapshotOf(sequence), change(sequence));
    expect(joined()).toEqual(whole(sequence));
  });

  test.each<[string, () => void]>([
    ["somebody replaced the base", () => writeFileSync(file, "not ours")],
    ["somebody took the base away", () => rmSync(file)],
    ["somebody took the log away", () => rmSync(log())],
    ["somebody wrote to the log", () => appendFileSync(log(), "not ours")],
    ["somebody cut the log", () => truncateSync(log(), 9)],
    [
      "somebody put a link where the log was",
      () => {
        rmSync(log());
        symlinkSync(path.join(place.directory, "elsewhere"), log());
      },
    ],
  ])("makes a new base where %s", async (_what, meddle) => {
    const writer = await withLog();
    meddle();
    await writer.write(snapshotOf(4), change(4)).catch(() => writer.write(snapshotOf(5), change(5)));
    const { value } = written() as { value: Snapshot };
    expect(value).toEqual(snapshotOf(value.sequence));
    expect(value.sequence).toBeGreaterThanOrEqual(4);
    expect(beside()).toEqual(["state.json"]);
    expect(existsSync(path.join(place.directory, "elsewhere"))).toBe(false);
  });

  test.each<[string, Snapshot, SnapshotChange<Verdict> | null]>([
    ["goes on from one that was not written", snapshotOf(9), change(9)],
    ["is of another run", snapshotOf(4, { instance: "prober-2", startedAt: 0 }), change(4)],
    [
      "touches more than half of the records",
      snapshotOf(4),
      { after: 3, changed: snapshotOf(4).verdicts.slice(0, 23), removed: [] },
    ],
    ["is not known", snapshotOf(4), null],
  ])("makes a new base where it %s", async (_what, snapshot, what) => {
    const writer = await withLog();
    await writer.write(snapshot, what);
    expect(written()).toEqual({ ok: true, value: snapshot });
    expect(beside()).toEqual(["state.json"]);
  });

  test("makes a new base where the writer was started anew, which leaves no log behind", async () => {
    await withLog();
    await new FileSnapshotWriter(VERDICTS, file).write(snapshotOf(4), change(4));
    expect(written()).toEqual({ ok: true, value: snapshotOf(4) });
    expect(beside()).toEqual(["state.json"]);
  });
});

describe("a write that cannot be made", () => {
  test("is rejected, leaves the snapshot before it and nothing beside", async () => {
    const writer = new FileSnapshotWriter(VERDICTS, file);
    await writer.write(snapshotOf(1));
    vi.mocked(promises.rename).mockRejectedValueOnce(
      Object.assign(new Error("disk full"), { code: "ENOSPC" }),
    );
    await expect(writer.write(snapshotOf(2))).rejects.toThrow("disk full");
    expect(written()).toEqual({ ok: true, value: snapshotOf(1) });
    expect(beside()).toEqual(["state.json"]);
  });

  test("does not keep the next one from being made", async () => {
    const writer = new FileSnapshotWriter(VERDICTS, file);
    vi.mocked(promises.rename).mockRejectedValueOnce(new Error("disk full"));
    const [first, second, third] = [1, 2, 3].map((sequence) => writer.write(snapshotOf(sequence)));
    await expect(first).rejects.toThrow("disk full");
    await expect(Promise.all([second, third])).resolves.toBeDefined();
    expect(written()).toEqual({ ok: true, value: snapshotOf(3) });
  });

  test("is rejected for all that it stood for", async () => {
    const writer = new FileSnapshotWriter(VERDICTS, file);
    const first = writer.write(snapshotOf(1));
    const waiting = [2, 3].map((sequence) => writer.write(snapshotOf(sequence)));
    await first;
    vi.mocked(promises.rename).mockRejectedValueOnce(new Error("disk full"));
    expect((await Promise.allSettled(waiting)).map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    await expect(writer.close()).resolves.toBeUndefined();
  });

  test("is rejected where a file stands in place of the directory, until it is gone", async () => {
    const writer = new FileSnapshotWriter(VERDICTS, file);
    writeFileSync(path.dirname(file), "");
    await expect(writer.write(snapshotOf(1))).rejects.toMatchObject({ code: "EEXIST" });
    rmSync(path.dirname(file));
    await writer.write(snapshotOf(2));
    expect(written()).toEqual({ ok: true, value: snapshotOf(2) });
  });

  test("is rejected where a directory stands in place of the file", async () => {
    mkdirSync(file, { recursive: true });
    await expect(new FileSnapshotWriter(VERDICTS, file).write(snapshotOf(1))).rejects.toMatchObject({
      code: "EISDIR",
    });
    expect(beside()).toEqual(["state.json"]);
  });
});

test("two writers of one process do not share their temporary file", async () => {
  const writers = [new FileSnapshotWriter(VERDICTS, file), new FileSnapshotWriter(VERDICTS, file)];
  for (let sequence = 1; sequence <= 30; sequence += 1) {
    await Promise.all(writers.map((writer) => writer.write(snapshotOf(sequence))));
    expect(written()).toEqual({ ok: true, value: snapshotOf(sequence) });
  }
  expect(beside()).toEqual(["state.json"]);
});
