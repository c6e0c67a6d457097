import { expect, test } from "vitest";
import { ChangeHistory } from "./change-history.ts";

const kept = (sequence: number, { after = sequence - 1, size = 1 } = {}) => ({ after, sequence, size });

/** Changes up to this sequence, each touching one of so many records. */
function historyTo(last: number, records: number) {
  const history = new ChangeHistory();
  for (let sequence = 2; sequence <= last; sequence += 1) history.add(kept(sequence), records);
  return history;
}

const sequencesSince = (history: ReturnType<typeof historyTo>, sequence: number) =>
  history.since(sequence)?.map((change) => change.sequence) ?? null;

test.each<[string, number, readonly number[] | null]>([
  ["the last", 5, []],
  ["the one before", 4, [5]],
  ["the first", 1, [2, 3, 4, 5]],
  ["one before the first", 0, null],
])("since %s", (_about, sequence, expected) => {
  expect(sequencesSince(historyTo(5, 100), sequence)).toEqual(expected);
});

test("a change that stands for several is sent to who knows one between", () => {
  const history = new ChangeHistory();
  history.add(kept(2), 100);
  history.add(kept(6, { after: 2 }), 100);
  history.add(kept(7, { after: 6 }), 100);
  expect(sequencesSince(history, 4)).toEqual([6, 7]);
});

test.each<[string, number, number]>([
  ["a quarter of the records, of many", 1_000, 250],
  ["sixty-four records, of few", 3, 64],
])("no more is kept than %s", (_about, records, count) => {
  const history = historyTo(601, records);
  expect(sequencesSince(history, 601 - count)).toHaveLength(count);
  expect(sequencesSince(history, 600 - count)).toBe(null);
});

test("a change larger than that is not kept, nor what came before it", () => {
  const history = historyTo(5, 100);
  history.add(kept(6, { size: 65 }), 100);
  expect([sequencesSince(history, 4), sequencesSince(history, 5)]).toEqual([null, null]);
});

test("heartbeats are kept too, for half an hour of two seconds", () => {
  const history = new ChangeHistory();
  for (let sequence = 2; sequence <= 5_000; sequence += 1) history.add(kept(sequence, { size: 0 }), 10);
  expect(sequencesSince(history, 5_000 - 1_024)).toHaveLength(1_024);
  expect(sequencesSince(history, 5_000 - 1_025)).toBe(null);
});

test("what is cleared is gone", () => {
  const history = historyTo(5, 100);
  history.clear();
  expect(sequencesSince(history, 4)).toBe(null);
});
