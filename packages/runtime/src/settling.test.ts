import { expect, test } from "vitest";
import type { FileLook } from "./file-look.ts";
import { Settling } from "./settling.ts";

const file = (text: string | null, facts: Partial<FileLook> = {}): FileLook => ({
  text,
  problem: text === null ? "there is no such file" : null,
  target: "/config.yaml",
  inode: "1:1",
  writtenAt: 0n,
  wasMoved: false,
  ...facts,
});

const OLD = file("old");
const NEW = file("new", { writtenAt: 1n });

/** What is seen, when, and how long it is to be waited then. */
type Seen = readonly [look: FileLook, now: number, waitMs: number];

test.each<[string, ...Seen[]]>([
  ["what has not changed is whole", [OLD, 1_000, 0]],
  ["what was touched without a change is whole", [file("old", { writtenAt: 9n }), 1_000, 0]],
  ["what changed in place is, once it has stayed so", [NEW, 1_000, 200], [NEW, 1_200, 0], [NEW, 1_201, 0]],
  ["a look that comes early is no second one", [NEW, 1_000, 200], [NEW, 1_150, 50], [NEW, 1_200, 0]],
  ["what goes on changing is not", [NEW, 1_000, 200], [file("newer"), 1_200, 200], [file("newer"), 1_400, 0]],
  [
    "what was something else between two looks is not",
    [NEW, 1_000, 200],
    [file("new", { writtenAt: 2n }), 1_200, 200],
    [file("new", { writtenAt: 2n }), 1_400, 0],
  ],
  ["what was moved into place is at once", [file("new", { inode: "1:2", wasMoved: true }), 1_000, 0]],
  ["another file that was written where it stands is not", [file("new", { inode: "1:2" }), 1_000, 200]],
  ["what a turned link leads to is at once", [file("new", { target: "/v2/config.yaml" }), 1_000, 0]],
  ["what is gone is given time to come back", [file(null), 1_000, 200], [OLD, 1_200, 200], [OLD, 1_400, 0]],
  ["what stays away is gone", [file(null), 1_000, 200], [file(null), 1_200, 0]],
  [
    "what is moved over a half is at once",
    [NEW, 1_000, 200],
    [file("whole", { inode: "1:2", wasMoved: true }), 1_200, 0],
  ],
])("%s", (_what, ...seen) => {
  const settling = new Settling();
  expect(settling.note(new Map([["config", OLD]]), { now: 0, announced: true })).toBe(0);
  for (const [look, now, waitMs] of seen)
    expect(settling.note(new Map([["config", look]]), { now, announced: false })).toBe(waitMs);
});

test("the longest wait of all files is the wait", () => {
  const settling = new Settling();
  const note = (key: FileLook, env: FileLook, now: number) =>
    settling.note(
      new Map([
        ["key", key],
        ["env", env],
      ]),
      { now, announced: false },
    );
  settling.note(
    new Map([
      ["key", OLD],
      ["env", OLD],
    ]),
    { now: 0, announced: true },
  );
  expect(note(NEW, OLD, 1_000)).toBe(200);
  expect(note(NEW, NEW, 1_100)).toBe(200);
  expect(note(NEW, NEW, 1_200)).toBe(100);
  expect(note(NEW, NEW, 1_300)).toBe(0);
});

test("a file that nobody has looked at before is waited for; one that was announced is not", () => {
  const looks = new Map([["config", OLD]]);
  expect(new Settling().note(looks, { now: 0, announced: false })).toBe(200);
  expect(new Settling().note(looks, { now: 0, announced: true })).toBe(0);
});
