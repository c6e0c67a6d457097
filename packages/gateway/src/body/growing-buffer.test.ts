import * as fc from "fast-check";
import { expect, test } from "vitest";
import { cutAnywhere } from "../../test/json-text.ts";
import { GrowingBuffer } from "./growing-buffer.ts";

const KIB = 1024;

test("one chunk is handed on as it is", () => {
  const chunk = Buffer.from("the whole body");
  const body = new GrowingBuffer(chunk.length);
  body.push(chunk);
  expect(body.take().buffer).toBe(chunk.buffer);
});

test("nothing is an empty body", () => {
  expect(new GrowingBuffer(0).take()).toHaveLength(0);
});

test.each([
  ["announced rightly", (length: number) => length],
  ["not announced", () => 0],
  ["announced too short", (length: number) => Math.floor(length / 2)],
  ["announced too long", (length: number) => length * 3],
])("chunks cut anywhere make the same body, its length %s", (_case, announced) => {
  const chunks = fc.uint8Array({ maxLength: 40 * KIB }).chain((bytes) => cutAnywhere(Buffer.from(bytes)));
  fc.assert(
    fc.property(chunks, (cut) => {
      const whole = Buffer.concat(cut);
      const body = new GrowingBuffer(announced(whole.length));
      for (const chunk of cut) body.push(chunk);
      expect(body.length).toBe(whole.length);
      expect(body.take().equals(whole)).toBe(true);
      // The chunks are not ours to free.
      expect(Buffer.concat(cut).equals(whole)).toBe(true);
    }),
    { numRuns: 300 },
  );
});

test.each([
  ["in one-byte chunks", { size: 1, announced: 0, length: 100 * KIB }],
  ["in chunks of 64 KiB, its length unknown", { size: 64 * KIB, announced: 0, length: 3_000 * KIB }],
  [
    "in chunks of 64 KiB, its length known",
    { size: 64 * KIB, announced: 25_000 * KIB, length: 25_000 * KIB },
  ],
])("a body %s has room for at most twice its bytes", (_case, { size, announced, length }) => {
  const body = new GrowingBuffer(announced);
  const chunk = Buffer.alloc(size, "x");
  for (let at = 0; at < length; at += size) body.push(chunk);
  const whole = body.take();
  expect(whole).toHaveLength(Math.ceil(length / size) * size);
  expect(whole.buffer.byteLength).toBeLessThanOrEqual(2 * whole.length);
});

test("what a body has outgrown is free at once", () => {
  const body = new GrowingBuffer(0);
  const chunk = Buffer.alloc(KIB * KIB);
  body.push(chunk);
  body.push(chunk);
  const before = process.memoryUsage().arrayBuffers;
  for (let sent = 2; sent < 64; sent += 1) body.push(chunk);
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThanOrEqual(64 * KIB * KIB);
  expect(chunk).toHaveLength(KIB * KIB);
});

test("a body that is announced to be large takes room as it comes", () => {
  const body = new GrowingBuffer(32 * KIB * KIB);
  body.push(Buffer.from("a"));
  body.push(Buffer.from("b"));
  expect(body.take().buffer.byteLength).toBe(KIB * KIB);
});

test("and room for all of it once an eighth has come", () => {
  const body = new GrowingBuffer(32 * KIB * KIB);
  const chunk = Buffer.alloc(512 * KIB);
  for (let sent = 0; sent < 9; sent += 1) body.push(chunk);
  expect(body.take().buffer.byteLength).toBe(32 * KIB * KIB);
});

test("what is not wanted is free at once", () => {
  const body = new GrowingBuffer(0);
  const chunk = Buffer.alloc(KIB * KIB);
  for (let sent = 0; sent < 16; sent += 1) body.push(chunk);
  const before = process.memoryUsage().arrayBuffers;
  body.free();
  expect(before - process.memoryUsage().arrayBuffers).toBeGreaterThanOrEqual(16 * KIB * KIB);
  expect(body.take()).toHaveLength(0);
});

test("a body of known length has exactly the room it needs", () => {
  const body = new GrowingBuffer(700 * KIB);
  for (let sent = 0; sent < 700; sent += 50) body.push(Buffer.alloc(50 * KIB));
  expect(body.take().buffer.byteLength).toBe(700 * KIB);
});
