import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { FakeClock } from "@rollcall/testkit";
import { BodyMemory, type BodyHold } from "./body-memory.ts";

function memoryOf({ limit = 1_000, maxBody = 100 }: { limit?: number; maxBody?: number } = {}) {
  const clock = new FakeClock();
  const settings = { limit, maxBody };
  const memory = new BodyMemory({
    limitBytes: () => settings.limit,
    maxBodyBytes: () => settings.maxBody,
    clock,
  });
  return { memory, clock, settings };
}

/** Bodies that fill all but `free` bytes, each of a holder of its own. */
function fill(memory: BodyMemory, limit: number, free: number): BodyHold[] {
  return Array.from({ length: 5 }, (_, index) => {
    const hold = memory.open(`other-${index}`);
    expect(hold.grow((limit - free) / 5)).toBe("ok");
    return hold;
  });
}

describe("a body grows", () => {
  test.each([
    ["up to all that is free", 100, "ok"],
    ["by nothing more than that", 101, "over_limit"],
  ])("%s", (_case, bytes, grant) => {
    const { memory } = memoryOf({ maxBody: 200 });
    fill(memory, 1_000, 100);
    expect(memory.open("me").grow(bytes)).toBe(grant);
    expect(memory.heldBytes).toBe(grant === "ok" ? 1_000 : 900);
  });

  test.each([
    ["to a quarter of the limit", { limit: 1_000, maxBody: 100 }, 250],
    ["to one largest body, where a quarter is less than that", { limit: 1_000, maxBody: 400 }, 400],
  ])("%s, all bodies of its holder taken together", (_case, sizes, share) => {
    const { memory } = memoryOf(sizes);
    const [one, other, another] = [memory.open("me"), memory.open("me"), memory.open("another")];
    expect(one.grow(share - 10)).toBe("ok");
    expect(other.grow(11)).toBe("over_share");
    expect(other.grow(10)).toBe("ok");
    expect(other.grow(1)).toBe("over_share");
    expect(another.grow(share)).toBe("ok");
    one.release();
    expect(other.grow(share - 10)).toBe("ok");
  });

  test("by the limit of the moment", () => {
    const { memory, settings } = memoryOf();
    const hold = memory.open("me");
    expect(hold.grow(100)).toBe("ok");
    settings.limit = 150;
    expect(hold.grow(100)).toBe("over_limit");
    settings.limit = 1_000;
    expect(hold.grow(100)).toBe("ok");
  });
});

test("a body that is only announced takes nothing", () => {
  const { memory } = memoryOf();
  const [one, other] = [memory.open("me"), memory.open("me")];
  expect([one.check(250), other.check(250), one.check(251)]).toEqual(["ok", "ok", "over_share"]);
  expect(memory.heldBytes).toBe(0);
});

test("a body is released once, however often that is said", () => {
  const { memory } = memoryOf();
  const [one, other] = [memory.open("me"), memory.open("me")];
  one.grow(70);
  other.grow(30);
  one.release();
  one.release();
  expect([one.bytes, other.bytes, memory.heldBytes]).toEqual([0, 30, 30]);
});

describe("memory is contended", () => {
  test.each([
    ["not while nobody was refused and a quarter is free", 250, false],
    ["while less than a quarter is free", 245, true],
  ])("%s", (_case, free, contended) => {
    const { memory } = memoryOf();
    const [hold] = fill(memory, 1_000, free);
    expect(hold?.contended).toBe(contended);
  });

  test("for everybody for ten seconds after somebody found none left", () => {
    const { memory, clock } = memoryOf({ maxBody: 500 });
    const hold = memory.open("me");
    hold.grow(300);
    const refused = memory.open("another");
    expect(refused.check(701)).toBe("over_limit");
    refused.release();
    clock.jump(9_999);
    expect(hold.contended).toBe(true);
    clock.jump(1);
    expect(hold.contended).toBe(false);
  });

  test("for one holder alone where its own share is used up", () => {
    const { memory } = memoryOf();
    const [mine, another] = [memory.open("me"), memory.open("another")];
    mine.grow(20);
    expect(memory.open("me").check(240)).toBe("over_share");
    expect([mine.contended, another.contended]).toEqual([true, false]);
  });
});

test("holders that come and go are forgotten, but never one that has a body", () => {
  const { memory } = memoryOf();
  const [first, second] = [memory.open("me"), memory.open("me")];
  expect(second.grow(200)).toBe("ok");
  for (let index = 0; index < 2_000; index += 1) {
    const hold = memory.open(`holder-${index}`);
    expect(hold.grow(100)).toBe("ok");
    hold.release();
  }
  expect(memory.holders).toBeLessThan(300);
  for (let index = 0; index < 300; index += 1) memory.open(`busy-${index}`);
  first.release();
  first.release();
  expect(memory.open("me").grow(51)).toBe("over_share");
  expect(memory.heldBytes).toBe(200);
});

test("whatever bodies do, the sum is right, no more than the limit, and no holder has more than its share", () => {
  const step = fc.record({ body: fc.nat({ max: 11 }), bytes: fc.nat({ max: 200 }), release: fc.boolean() });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const { memory } = memoryOf({ limit: 600 });
      const open = (index: number) => ({ holder: index % 5, hold: memory.open(String(index % 5)), bytes: 0 });
      const bodies = Array.from({ length: 12 }, (_, index) => open(index));
      for (const { body, bytes, release } of steps) {
        const one = bodies[body];
        if (one === undefined) continue;
        if (release) one.hold.release();
        if (release) bodies[body] = open(body);
        else if (one.hold.grow(bytes) === "ok") one.bytes += bytes;
        const sum = (of: typeof bodies) => of.reduce((total, { bytes: held }) => total + held, 0);
        expect(memory.heldBytes).toBe(sum(bodies));
        expect(memory.heldBytes).toBeLessThanOrEqual(600);
        for (const { holder } of bodies)
          expect(sum(bodies.filter((each) => each.holder === holder))).toBeLessThanOrEqual(150);
      }
    }),
  );
});
