import { closeSync, fstatSync, openSync } from "node:fs";
import { expect, onTestFinished, test } from "vitest";
import { isJournal } from "./journal.ts";

test("the journal is known by device and inode", () => {
  const fd = openSync(import.meta.filename, "r");
  onTestFinished(() => closeSync(fd));
  const { dev, ino } = fstatSync(fd, { bigint: true });
  const told = [`${dev}:${ino}`, `${dev}:${ino + 1n}`, "", undefined, "9"];
  expect(told.map((JOURNAL_STREAM) => isJournal(fd, { JOURNAL_STREAM }))).toEqual([
    true,
    false,
    false,
    false,
    false,
  ]);
  // The journal's of whoever started us, and ours was closed.
  expect(isJournal(999_999, { JOURNAL_STREAM: `${dev}:${ino}` })).toBe(false);
});
