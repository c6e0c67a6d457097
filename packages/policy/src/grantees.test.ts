import { expect, test } from "vitest";
import { key, member, recordsOf, team, UNLIMITED, user } from "../test/records.ts";
import { granteesOf } from "./grantees.ts";

test("a key without owners stands for itself", () => {
  const own = key();
  expect(granteesOf(own, recordsOf({}))).toEqual({ key: own, team: null, member: null, user: null });
});

test("a key whose team is gone stands for nobody", () => {
  expect(granteesOf(key({ team: "t1" }), recordsOf({}))).toBeNull();
});

test("a user that was never made is a mark", () => {
  expect(granteesOf(key({ user: "nobody" }), recordsOf({}))).toMatchObject({ user: null, member: null });
});

test("what a member has of its own comes before what its team gives to all", () => {
  const of = { team: "t1", user: "u1" };
  const teams = [team({ memberLimits: { rpm: 10, parallel: 2 } })];
  const users = [user()];
  expect(granteesOf(key(of), recordsOf({ teams, users }))?.member).toEqual({
    id: "t1/u1",
    models: [],
    limits: { rpm: 10, parallel: 2, models: {} },
  });
  const members = [member({ models: ["chat"], limits: { ...UNLIMITED, rpm: 99 } })];
  expect(granteesOf(key(of), recordsOf({ teams, users, members }))?.member).toEqual({
    id: "t1/u1",
    models: ["chat"],
    limits: { rpm: 99, parallel: 2, models: {} },
  });
});
