import { expect, it } from "vitest";
import { printStamp, readStamps } from "./stamp.ts";

it("is read again from the middle of a stream", () => {
  const text = `data: {"content":"${printStamp(12)}"}\n\ndata: {"content":"${printStamp(345_678)}"}\n\n`;
  expect(readStamps(Buffer.from(text))).toEqual({ stamps: [12, 345_678], rest: null });
  expect(printStamp(12)).toHaveLength(16);
});

it("is put together when it was cut in two", () => {
  const text = `"${printStamp(1)}""${printStamp(2)}"`;
  const first = readStamps(Buffer.from(text.slice(0, -5)));
  expect(first.stamps).toEqual([1]);
  const second = Buffer.concat([first.rest ?? Buffer.alloc(0), Buffer.from(text.slice(-5))]);
  expect(readStamps(second).stamps).toEqual([2]);
});
