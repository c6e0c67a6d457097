import { expect, test } from "vitest";
import { RequestBody } from "./request-body.ts";

const KIB = 1024;

function bodyOf(bytes: Buffer) {
  const freed = { times: 0 };
  return { body: new RequestBody(bytes, () => (freed.times += 1)), freed };
}

test("a released body is gone at once, memory and all, and is given back once", () => {
  const bytes = Buffer.allocUnsafeSlow(64 * KIB);
  const { body, freed } = bodyOf(bytes);
  body.release();
  body.release();
  expect([body.bytes.length, bytes.buffer.byteLength, freed.times]).toEqual([0, 0, 1]);
});

test("what others still write from lives until the last of them has", () => {
  const bytes = Buffer.allocUnsafeSlow(64 * KIB);
  const { body, freed } = bodyOf(bytes);
  body.lend();
  body.lend();
  body.giveBack();
  body.release();
  expect([body.bytes.length, bytes.length, freed.times]).toEqual([0, 64 * KIB, 0]);
  body.giveBack();
  expect([bytes.length, freed.times]).toEqual([0, 1]);
});

test("one that nobody has released is there after they have, to be sent again", () => {
  const { body, freed } = bodyOf(Buffer.allocUnsafeSlow(64 * KIB));
  body.lend();
  body.giveBack();
  expect([body.bytes.length, freed.times]).toEqual([64 * KIB, 0]);
});

test.each([
  ["a small one", Buffer.allocUnsafeSlow(KIB)],
  ["one in a block with others", Buffer.allocUnsafeSlow(64 * KIB).subarray(0, 20 * KIB)],
])("the memory of %s is the collector's", (_what, bytes) => {
  const { body, freed } = bodyOf(bytes);
  const { length } = bytes;
  body.release();
  expect([body.bytes.length, bytes.length, freed.times]).toEqual([0, length, 1]);
});
