import { setImmediate as endOfTurn } from "node:timers/promises";
import { expect, test } from "vitest";
import { flushLater, MOST_STEPS, noteStep } from "./write-batch.ts";

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
  for (let number = 1; number <= MOST_STEPS + 1; number += 1) noted(flushed, number);
  expect(flushed).toHaveLength(MOST_STEPS);
  await endOfTurn();
  expect(flushed).toHaveLength(MOST_STEPS + 1);
});

test("a turn with a lot of other work does not hold back the little that is to be written", async () => {
  const flushed: number[] = [];
  // Before something waits it does not count.
  for (let step = 0; step < MOST_STEPS; step += 1) noteStep();
  noted(flushed, 1);
  for (let step = 2; step < MOST_STEPS; step += 1) noteStep();
  expect(flushed).toEqual([]);
  noteStep();
  expect(flushed).toEqual([1]);
  await endOfTurn();
  expect(flushed).toEqual([1]);
});

test("what comes up while others are written is written too, once", async () => {
  const flushed: number[] = [];
  flushLater({ flush: () => noted(flushed, 2) });
  noted(flushed, 1);
  await endOfTurn();
  await endOfTurn();
  expect(flushed).toEqual([1, 2]);
});
