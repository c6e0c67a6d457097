import { expect, test } from "vitest";
import { grantees, key, member, team, UNLIMITED, user } from "../test/records.ts";
import { DemandTable } from "./demand-table.ts";
import { demandsOf } from "./demand.ts";

const limits = (rpm: number) => ({ rpm, parallel: null });
const both = (rpm: number) => ({ ...limits(rpm), models: { "a/b": limits(rpm + 1) } });

test("without limits there is nothing to admit", () => {
  expect(demandsOf(grantees({ team: team(), user: user() }), "chat", UNLIMITED)).toEqual([]);
});

test("every scope that has a limit, the widest first", () => {
  const of = grantees({
    key: key({ limits: both(50) }),
    team: team({ limits: both(20) }),
    member: member({ limits: both(30) }),
    user: user({ limits: both(40) }),
  });
  expect(demandsOf(of, "a/b", both(10)).map(({ scope, limits: { rpm } }) => [scope, rpm])).toEqual([
    ["global", 10],
    ["model:a%2Fb", 11],
    ["team:t1", 20],
    ["team:t1/model:a%2Fb", 21],
    ["member:t1/u1", 30],
    ["member:t1/u1/model:a%2Fb", 31],
    ["user:u1", 40],
    ["user:u1/model:a%2Fb", 41],
    ["key:k1", 50],
    ["key:k1/model:a%2Fb", 51],
  ]);
  expect(demandsOf(of, "chat", both(10)).map(({ scope }) => scope)).toEqual([
    "global",
    "team:t1",
    "member:t1/u1",
    "user:u1",
    "key:k1",
  ]);
});

test("a scope with one limit of the two, and a model that is called as something that every object has", () => {
  const of = grantees({ key: key({ limits: { rpm: null, parallel: 0, models: {} } }) });
  expect(demandsOf(of, "constructor", UNLIMITED)).toEqual([
    { scope: "key:k1", limits: { rpm: null, parallel: 0 } },
  ]);
});

test("a table makes them once", () => {
  const table = new DemandTable(grantees({ key: key({ limits: both(1) }) }), UNLIMITED);
  expect(table.of("chat")).toBe(table.of("chat"));
  expect(table.of("a/b")).not.toEqual(table.of("chat"));
});
