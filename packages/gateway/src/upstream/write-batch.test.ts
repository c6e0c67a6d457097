import { setImmediate as endOfTurn } from "node:timers/promises";
import { expect, test } from "vitest";
import { flushLater, MOST_WAITING } from "./write-batch.ts";

function noted(flushed: number[], number: number): void {
  flushLater({ flush: () => void flushed.push(number) });
}

test("what is to be written leaves at the end of the turn, in order", async () => {
  const flushed: number[] = [];
  noted(flushed, 1);
  noted(flushed, 2);
  await Promise.resolve();
  expect(flushed).toEqual([]);
  await endOfTurn();
  expect(flushed).toEqual([1, 2]);
});

test("a turn with a lot to write does not hold it all back", async () => {
  const flushed: number[] = [];
  for (let number = 1; number <= MOST_WAITING + 1; number += 1) noted(flushed, number);
  expect(flushed).toHaveLength(MOST_WAITING);
  await endOfTurn();
  expect(flushed).toHaveLength(MOST_WAITING + 1);
});

test("what comes up while others are written is written too, once", async () => {
  const flushed: number[] = [];
  flushLater({ flush: () => noted(flushed, 2) });
  noted(flushed, 1);
  await endOfTurn();
  await endOfTurn();
  expect(flushed).toEqual([1, 2]);
});
