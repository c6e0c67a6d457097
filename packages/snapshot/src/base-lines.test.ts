import { VERDICTS } from "@rollcall/contract";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { snapshotOf, TOY_SAMPLE, verdictOf } from "../test/samples.ts";
import { BaseLines } from "./base-lines.ts";
import { changeBetween } from "./changes.ts";
import { printChange, printSnapshot } from "./snapshot-text.ts";

const { kind, of, spoil } = TOY_SAMPLE;

function read(text: string) {
  const lines = new BaseLines(kind);
  for (const line of text.split("\n")) lines.take(line);
  return lines.end();
}

const changeTo = (sequence: number) => {
  const change = changeBetween(kind, of(sequence - 1), of(sequence));
  return printChange(kind, of(sequence), change ?? { after: 0, changed: [], removed: [] });
};

test("what was printed is read as it was, whatever stands in its texts", () => {
  const texts = fc.array(fc.oneof(fc.string(), fc.constant("\n]}\n"), fc.constant(",")), { maxLength: 5 });
  fc.assert(
    fc.property(texts, (details) => {
      const verdicts = details.map((detail, index) => ({ ...verdictOf(index, 1), detail }));
      const lines = new BaseLines(VERDICTS);
      const snapshot = { ...snapshotOf(3), verdicts };
      for (const line of printSnapshot(VERDICTS, snapshot).split("\n")) lines.take(line);
      expect(lines.end()).toEqual({ base: { ok: true, value: snapshot }, changes: [] });
    }),
  );
});

test("changes behind it stay texts", () => {
  const changes = [changeTo(4), changeTo(5)];
  expect(read([printSnapshot(kind, of(3)), ...changes].join("\n"))).toEqual({
    base: { ok: true, value: of(3) },
    changes,
  });
});

test("a text that is not in lines is read in one go", () => {
  const text = JSON.stringify({ version: kind.version, ...of(3) });
  expect(read(text)).toEqual({ base: { ok: true, value: of(3) }, changes: [] });
  expect(read(JSON.stringify(JSON.parse(text), null, 2)).base).toEqual({ ok: true, value: of(3) });
});

const TEXT = printSnapshot(kind, of(3));

test.each([
  ["cut anywhere", TEXT.slice(0, -10)],
  ["cut after a record", TEXT.slice(0, TEXT.lastIndexOf("\n{"))],
  ["without its end", TEXT.slice(0, -3)],
  ["a comma too many at the end", TEXT.replace(/\n\]\}$/, ",\n\n]}")],
  ["a comma too many in the middle", TEXT.replace(",\n{", ",\n,\n{")],
  ["a list closed and opened again", TEXT.replace(",\n{", "],\n[{")],
  ["no commas", TEXT.replaceAll(",\n", "\n")],
  ["an empty line between records", TEXT.replace(",\n", ",\n\n")],
  ["a second head", TEXT.replace("\n", `\n${TEXT.slice(0, TEXT.indexOf("\n"))}\n`)],
  ["no JSON", "<html>"],
])("%s is refused", (_what, spoilt) => {
  const { base } = read(spoilt);
  expect(base).toMatchObject({
    ok: false,
    error: expect.stringMatching(/^not JSON \(\d+ characters\): torn/),
  });
});

test("a record or a head that is not as expected is told with its place", () => {
  expect(read(spoil(TEXT)).base).toEqual({ ok: false, error: "toys[0].size is not as expected" });
  expect(read(TEXT.replace('"version":5', '"version":9')).base).toEqual({
    ok: false,
    error: "version 9, expected 5 or 4",
  });
});
