import { expect, test, vi } from "vitest";
import { Cell } from "./cell.ts";

test("holds the latest value", () => {
  const cell = new Cell("first");
  expect(cell.get()).toBe("first");
  cell.set("second");
  expect(cell.get()).toBe("second");
});

test("calls every subscriber back after each set, when the value is there already", () => {
  const cell = new Cell(0);
  const seen: [number, number][] = [];
  cell.subscribe((value) => seen.push([value, cell.get()]));
  const other = vi.fn<(value: number) => void>();
  cell.subscribe(other);
  cell.set(1);
  cell.set(1);
  expect(seen).toEqual([
    [1, 1],
    [1, 1],
  ]);
  expect(other).toHaveBeenCalledTimes(2);
});

test("calls nobody back for the value it was made with, nor after the subscription has ended", () => {
  const cell = new Cell(0);
  const listener = vi.fn<(value: number) => void>();
  const end = cell.subscribe(listener);
  expect(listener).not.toHaveBeenCalled();
  end();
  end();
  cell.set(1);
  expect(listener).not.toHaveBeenCalled();
});

test("a subscriber may end itself while it is called", () => {
  const cell = new Cell(0);
  const once = vi.fn<() => void>(() => end());
  const end = cell.subscribe(once);
  const always = vi.fn<(value: number) => void>();
  cell.subscribe(always);
  cell.set(1);
  cell.set(2);
  expect(once).toHaveBeenCalledTimes(1);
  expect(always).toHaveBeenCalledTimes(2);
});
