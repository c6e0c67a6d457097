import { expect, test } from "vitest";
import { Cell, systemClock } from "@rollcall/runtime";
import { PendingQueue } from "./pending-queue.ts";

const FOREVER = 60_000;

function opened(size = 1) {
  const room = new PendingQueue(systemClock);
  const cell = new Cell(0);
  const leaving = new AbortController();
  const wait = (ms = FOREVER) =>
    room.wait(cell, { size, until: systemClock.monotonic() + ms, signal: leaving.signal });
  return { room, cell, wait, leave: () => leaving.abort() };
}

test("a change ends every wait", async () => {
  const { room, cell, wait } = opened(2);
  const waits = [wait(), wait()];
  expect(room.waiting).toBe(2);
  cell.set(1);
  expect(await Promise.all(waits)).toEqual(["changed", "changed"]);
  expect(room.waiting).toBe(0);
});

test("without a change a wait ends with its time", async () => {
  const { room, wait } = opened();
  expect(await wait(20)).toBe("expired");
  expect(room.waiting).toBe(0);
});

test("where no time is left nobody waits", async () => {
  const { room, wait } = opened();
  const ended = wait(0);
  expect(room.waiting).toBe(0);
  expect(await ended).toBe("expired");
});

test("where there is no place nobody waits, and a place that is given back is one", async () => {
  const { cell, wait } = opened(1);
  const first = wait();
  expect(await wait()).toBe("full");
  cell.set(1);
  expect(await first).toBe("changed");
  const next = wait();
  cell.set(2);
  expect(await next).toBe("changed");
});

test("a client that leaves gives back its place", async () => {
  const { room, wait, leave } = opened();
  const ended = wait();
  leave();
  expect(await ended).toBe("gone");
  expect(room.waiting).toBe(0);
});
