import { expect, test } from "vitest";
import { KEYS } from "./key-snapshot.ts";
import { memberId, NO_LIMITS, type AccessRecord } from "./records.ts";

const LIMITS = { ...NO_LIMITS, models: { chat: { rpm: 60, parallel: null } } };

const KEY: AccessRecord = {
  kind: "key",
  id: "k1",
  hashes: [{ method: "sha256", digest: "abc", until: null }],
  team: "t1",
  user: null,
  models: [],
  aliases: { gpt: "chat" },
  type: "default",
  routes: [],
  blocked: false,
  expiresAt: null,
  limits: LIMITS,
};
const TEAM: AccessRecord = {
  kind: "team",
  id: "t1",
  models: [],
  aliases: {},
  blocked: false,
  limits: LIMITS,
  memberLimits: NO_LIMITS,
};
const USER: AccessRecord = {
  kind: "user",
  id: "u1",
  role: "internal_user",
  models: [],
  blocked: false,
  limits: LIMITS,
};
const MEMBER: AccessRecord = {
  kind: "member",
  id: memberId("t1", "u1"),
  team: "t1",
  user: "u1",
  role: "user",
  models: [],
  limits: LIMITS,
};

test.each([KEY, TEAM, USER, MEMBER])("a record of kind $kind is read as it was written", (record) => {
  expect(KEYS.readRecord(JSON.parse(JSON.stringify(record)))).toEqual({ ok: true, value: record });
});

test("what a later version adds is ignored", () => {
  expect(KEYS.readRecord({ ...KEY, budget: 1 })).toMatchObject({ ok: true });
});

test.each<[string, object, string]>([
  ["no hashes", { ...KEY, hashes: undefined }, "hashes"],
  ["another kind", { ...KEY, kind: "tag" }, "itself"],
  ["a limit below zero", { ...KEY, limits: { ...LIMITS, rpm: -1 } }, "limits/rpm"],
  ["a role that nobody knows", { ...USER, role: "root" }, "role"],
])("a record with %s is refused", (_, record, field) => {
  const read = KEYS.readRecord(JSON.parse(JSON.stringify(record)));
  expect(read.ok).toBe(false);
  expect(read).toMatchObject({ error: expect.stringContaining(field) });
});

test("a member's id keeps team and user apart", () => {
  expect(memberId("a/b", "c")).not.toBe(memberId("a", "b/c"));
});
