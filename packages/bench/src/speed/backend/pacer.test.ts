import { expect, it } from "vitest";
import { Pacer } from "./pacer.ts";

function counted() {
  const member = { turns: 0, turn: () => void (member.turns += 1) };
  return member;
}

it("gives each member one turn a period, at its own phase", () => {
  const pacer = new Pacer(20, 0);
  const [early, late] = [counted(), counted()];
  pacer.join(early, 3.2);
  pacer.join(late, 15);
  pacer.tick(19);
  expect([early.turns, late.turns]).toEqual([1, 1]);
  pacer.tick(22.9);
  expect([early.turns, late.turns]).toEqual([1, 1]);
  for (let now = 23; now <= 100; now += 1) pacer.tick(now);
  expect([early.turns, late.turns]).toEqual([5, 5]);
});

it("does not make up for a long pause, and forgets who left", () => {
  const pacer = new Pacer(20, 0);
  const member = counted();
  const leave = pacer.join(member, 0);
  pacer.tick(1_000);
  expect(member.turns).toBe(1);
  leave();
  pacer.tick(2_000);
  expect(member.turns).toBe(1);
});
