import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { FakeClock } from "@rollcall/testkit";
import { seeded } from "../../test/seeded.ts";
import { Deadlines, type Deadline } from "./deadlines.ts";

function deadline(expiresAt: number): Deadline & { expired: number } {
  return {
    expiresAt,
    place: -1,
    expired: 0,
    onExpired() {
      this.expired += 1;
    },
  };
}

describe("a deadline", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  test("ends once, when its moment has come and not before", () => {
    const clock = new FakeClock();
    const deadlines = new Deadlines(clock);
    const one = deadline(clock.monotonic() + 100);
    deadlines.add(one);
    clock.jump(99);
    deadlines.look();
    expect(one.expired).toBe(0);
    clock.jump(1);
    deadlines.look();
    deadlines.look();
    expect(one.expired).toBe(1);
  });

  test("that is put off ends later", () => {
    const clock = new FakeClock();
    const deadlines = new Deadlines(clock);
    const one = deadline(clock.monotonic() + 100);
    deadlines.add(one);
    one.expiresAt += 1_000;
    clock.jump(500);
    deadlines.look();
    expect(one.expired).toBe(0);
    clock.jump(600);
    deadlines.look();
    expect(one.expired).toBe(1);
  });

  test("that is taken away does not end", () => {
    const clock = new FakeClock();
    const deadlines = new Deadlines(clock);
    const [one, other] = [deadline(0), deadline(0)];
    deadlines.add(one);
    deadlines.add(other);
    deadlines.delete(one);
    deadlines.look();
    expect([one.expired, other.expired]).toEqual([0, 1]);
  });

  test("takes others away without disturbing those that stay", () => {
    const clock = new FakeClock();
    const deadlines = new Deadlines(clock);
    const all = Array.from({ length: 10 }, () => deadline(clock.monotonic() + 10));
    for (const one of all) deadlines.add(one);
    const [first, , third] = all;
    if (first !== undefined && third !== undefined) {
      first.onExpired = () => {
        first.expired += 1;
        deadlines.delete(third);
      };
    }
    clock.jump(10);
    deadlines.look();
    deadlines.look();
    expect(all.map(({ expired }) => expired)).toEqual([1, 1, 0, 1, 1, 1, 1, 1, 1, 1]);
  });

  test("that comes and goes leaves the others in force", () => {
    const pending = new Set<number>();
    const clock = new FakeClock();
    const deadlines = new Deadlines(clock);
    const all = Array.from({ length: 20 }, () => deadline(clock.monotonic()));
    const random = seeded(7);
    for (let step = 0; step < 500; step += 1) {
      const index = Math.floor(random() * all.length);
      const one = all[index];
      if (one === undefined) continue;
      if (pending.delete(index)) deadlines.delete(one);
      else {
        pending.add(index);
        deadlines.add(one);
      }
    }
    deadlines.look();
    expect(all.map(({ expired }) => expired)).toEqual(all.map((_, index) => (pending.has(index) ? 1 : 0)));
  });

  test("is looked at by one timer for all, which runs only while there is one", () => {
    const clock = new FakeClock();
    const deadlines = new Deadlines(clock);
    const several = Array.from({ length: 100 }, () => deadline(clock.monotonic() + 10));
    expect(vi.getTimerCount()).toBe(0);
    for (const one of several) deadlines.add(one);
    expect(vi.getTimerCount()).toBe(1);
    clock.jump(10);
    vi.advanceTimersByTime(50);
    expect(several.map(({ expired }) => expired)).toEqual(several.map(() => 1));
    expect(vi.getTimerCount()).toBe(0);
    deadlines.delete(deadline(0));
    expect(vi.getTimerCount()).toBe(0);
  });
});
