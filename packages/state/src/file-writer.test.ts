import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import * as promises from "node:fs/promises";
import path from "node:path";
import { parseSnapshot, printSnapshot } from "@rollcall/contract";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { snapshotOf } from "../test/snapshots.ts";
import { temporaryDirectory } from "../test/temporary.ts";
import { FileSnapshotWriter } from "./file-writer.ts";

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

const written = () => parseSnapshot(readFileSync(file, "utf8"));
const beside = () => readdirSync(path.dirname(file));

test("makes file and directory for their owner alone, and leaves nothing beside the file", async () => {
  await new FileSnapshotWriter(file).write(snapshotOf(1));
  expect(readFileSync(file, "utf8")).toBe(printSnapshot(snapshotOf(1)));
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(statSync(path.dirname(file)).mode & 0o777).toBe(0o700);
  expect(beside()).toEqual(["state.json"]);
});

test("replaces the file, whoever has it open, and does not write into it", async () => {
  const writer = new FileSnapshotWriter(file);
  await writer.write(snapshotOf(1));
  const before = statSync(file).ino;
  const open = await promises.open(file, "r");
  await writer.write(snapshotOf(2));
  expect(statSync(file).ino).not.toBe(before);
  expect(await open.readFile("utf8")).toBe(printSnapshot(snapshotOf(1)));
  await open.close();
});

test("replaces a link and leaves alone what it points to", async () => {
  const other = path.join(place.directory, "other");
  writeFileSync(other, "not ours");
  mkdirSync(path.dirname(file));
  symlinkSync(other, file);
  await new FileSnapshotWriter(file).write(snapshotOf(1));
  expect(readFileSync(other, "utf8")).toBe("not ours");
  expect(written()).toMatchObject({ ok: true });
});

test("makes the directory again where it was taken away", async () => {
  const writer = new FileSnapshotWriter(file);
  await writer.write(snapshotOf(1));
  rmSync(path.dirname(file), { recursive: true });
  await writer.write(snapshotOf(2));
  expect(written()).toEqual({ ok: true, value: snapshotOf(2) });
});

test("makes one write for all that came while another was under way", async () => {
  const writer = new FileSnapshotWriter(file);
  vi.mocked(promises.rename).mockClear();
  await Promise.all(Array.from({ length: 100 }, (_, index) => writer.write(snapshotOf(index))));
  expect(promises.rename).toHaveBeenCalledTimes(2);
});

describe("a write that cannot be made", () => {
  test("is rejected, leaves the snapshot before it and nothing beside", async () => {
    const writer = new FileSnapshotWriter(file);
    await writer.write(snapshotOf(1));
    vi.mocked(promises.rename).mockRejectedValueOnce(
      Object.assign(new Error("disk full"), { code: "ENOSPC" }),
    );
    await expect(writer.write(snapshotOf(2))).rejects.toThrow("disk full");
    expect(written()).toEqual({ ok: true, value: snapshotOf(1) });
    expect(beside()).toEqual(["state.json"]);
  });

  test("does not keep the next one from being made", async () => {
    const writer = new FileSnapshotWriter(file);
    vi.mocked(promises.rename).mockRejectedValueOnce(new Error("disk full"));
    const [first, second, third] = [1, 2, 3].map((sequence) => writer.write(snapshotOf(sequence)));
    await expect(first).rejects.toThrow("disk full");
    await expect(Promise.all([second, third])).resolves.toBeDefined();
    expect(written()).toEqual({ ok: true, value: snapshotOf(3) });
  });

  test("is rejected for all that it stood for", async () => {
    const writer = new FileSnapshotWriter(file);
    const first = writer.write(snapshotOf(1));
    const waiting = [2, 3].map((sequence) => writer.write(snapshotOf(sequence)));
    await first;
    vi.mocked(promises.rename).mockRejectedValueOnce(new Error("disk full"));
    expect((await Promise.allSettled(waiting)).map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    await expect(writer.close()).resolves.toBeUndefined();
  });

  test("is rejected where a file stands in place of the directory, until it is gone", async () => {
    const writer = new FileSnapshotWriter(file);
    writeFileSync(path.dirname(file), "");
    await expect(writer.write(snapshotOf(1))).rejects.toMatchObject({ code: "EEXIST" });
    rmSync(path.dirname(file));
    await writer.write(snapshotOf(2));
    expect(written()).toEqual({ ok: true, value: snapshotOf(2) });
  });

  test("is rejected where a directory stands in place of the file", async () => {
    mkdirSync(file, { recursive: true });
    await expect(new FileSnapshotWriter(file).write(snapshotOf(1))).rejects.toMatchObject({ code: "EISDIR" });
    expect(beside()).toEqual(["state.json"]);
  });
});

test("two writers of one process do not share their temporary file", async () => {
  const writers = [new FileSnapshotWriter(file), new FileSnapshotWriter(file)];
  for (let sequence = 1; sequence <= 30; sequence += 1) {
    await Promise.all(writers.map((writer) => writer.write(snapshotOf(sequence))));
    expect(written()).toEqual({ ok: true, value: snapshotOf(sequence) });
  }
  expect(beside()).toEqual(["state.json"]);
});
