import * as fc from "fast-check";
import { pino } from "pino";
import { expect, test } from "vitest";
import { FlatLog, type FlatFacts } from "./flat-log.ts";

const printTime = () => ',"time":"2026-11-26T23:59:01.123Z"';
const base = { service: "gateway", worker: 1 };

function writing(write: (sink: { write: (line: string) => void }) => void): string {
  let text = "";
  write({ write: (line) => (text += line) });
  return text;
}

const fact = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.string({ unit: "grapheme" }),
  fc.boolean(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.constant(undefined),
);
const facts: fc.Arbitrary<FlatFacts> = fc.dictionary(fc.stringMatching(/^[a-zA-Z]{1,9}$/), fact);

test("a line says what pino's says, whatever the facts", () => {
  fc.assert(
    fc.property(facts, (one) => {
      const theirs = writing((sink) =>
        pino({ base, timestamp: printTime, formatters: { level: (level) => ({ level }) } }, sink).info(
          one,
          "request",
        ),
      );
      const ours = writing((sink) => new FlatLog({ sink, printTime, base }).info(one, "request"));
      expect(JSON.parse(ours)).toEqual(JSON.parse(theirs));
      expect(ours.split("\n")).toHaveLength(2);
    }),
    { numRuns: 200 },
  );
});

test.each([
  ["debug", 1],
  ["info", 1],
  ["warn", 0],
  ["silent", 0],
])("at level %s there are %i lines", (level, lines) => {
  const text = writing((sink) => {
    const log = new FlatLog({ sink, printTime, base });
    log.level = level;
    log.info({}, "request");
  });
  expect(text.split("\n").length - 1).toBe(lines);
});
