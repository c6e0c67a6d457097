import { describe, expect, test } from "vitest";
import { MASTER, memberId, type AccessRecord, type KeyRecord } from "@rollcall/contract";
import { configOf } from "../../test/deployments.ts";
import { keyRecord, teamRecord, UNLIMITED, userRecord } from "../../test/access-records.ts";
import { sha256Of } from "@rollcall/runtime";
import { Grant, grantOf } from "./grant.ts";
import { KeySet } from "./key-set.ts";

const CONFIG = configOf({ a: {} });

function granted(facts: Partial<KeyRecord>, others: readonly AccessRecord[] = []) {
  const building = KeySet.build([keyRecord("sk-a", facts), ...others], (entry) => new Grant(entry));
  let step = building.next();
  while (step.done !== true) step = building.next();
  const keys = step.value;
  const found = keys.find(sha256Of("sk-a"));
  if (found === undefined) throw new Error("no such key");
  return { keys, grant: found };
}

test.each<[string, Partial<KeyRecord>, readonly AccessRecord[], string | null]>([
  ["opens what it may", {}, [], null],
  ["that is blocked does not", { blocked: true }, [], "blocked_key"],
  ["of a blocked team does not", { team: "t" }, [teamRecord("t", { blocked: true })], "blocked_key"],
  ["of a blocked user does not", { user: "u" }, [userRecord("u", { blocked: true })], "blocked_key"],
  ["of a team that is gone went with it", { team: "t" }, [], "unknown_key"],
  ["of a user that nobody has described is a key", { user: "u" }, [], null],
  ["that expires later is a key", { expiresAt: 1_001 }, [], null],
  ["that expires now is none", { expiresAt: 1_000 }, [], "expired_key"],
])("a key %s", (...[, facts, others, refusal]) => {
  expect(granted(facts, others).grant.refusal(1_000, null)).toBe(refusal);
});

test("an old secret opens nothing from its last moment on", () => {
  const digest = sha256Of("sk-a");
  const { grant } = granted({ hashes: [{ method: "sha256", digest, until: 1_001 }] });
  expect(grant.refusal(1_000, digest)).toBeNull();
  expect(grant.refusal(1_001, digest)).toBe("unknown_key");
  expect(grant.refusal(1_000, sha256Of("sk-b"))).toBe("unknown_key");
});

test("only virtual keys have a grant", () => {
  const { grant } = granted({});
  expect([grantOf(grant), grantOf(MASTER), grantOf({ kind: "key", id: grant.id })]).toEqual([
    grant,
    null,
    null,
  ]);
});

describe("what a key may call", () => {
  test.each<[string, Partial<KeyRecord>, readonly AccessRecord[], string | null]>([
    ["everything, where nobody says otherwise", {}, [], null],
    ["what it lists", { models: ["chat"] }, [], null],
    ["nothing else", { models: ["other"] }, [], "key"],
    [
      "what its team has too",
      { models: ["chat"], team: "t" },
      [teamRecord("t", { models: ["other"] })],
      "team",
    ],
    [
      "all of its team",
      { models: ["all-team-models"], team: "t" },
      [teamRecord("t", { models: ["chat"] })],
      null,
    ],
    ["what its user has too", { user: "u" }, [userRecord("u", { models: ["other"] })], "user"],
    [
      "nothing, for a user without models",
      { user: "u" },
      [userRecord("u", { models: ["no-default-models"] })],
      "user",
    ],
    [
      "what its team has, for a user without models of their own",
      { user: "u", team: "t" },
      [userRecord("u", { models: ["no-default-models"] }), teamRecord("t")],
      null,
    ],
  ])("%s", (...[, facts, others, by]) => {
    expect(granted(facts, others).grant.rules(CONFIG).denies("chat", "chat")).toBe(by);
  });

  test("changes with its team, and is worked out once in between", () => {
    const { grant, keys } = granted({ team: "t" }, [teamRecord("t")]);
    const rules = grant.rules(CONFIG);
    expect(rules.denies("chat", "chat")).toBeNull();
    expect(grant.rules(CONFIG)).toBe(rules);
    keys.apply({ changed: [teamRecord("t", { models: ["other"] })], removed: [] });
    expect(grant.rules(CONFIG).denies("chat", "chat")).toBe("team");
    expect(grant.rules(configOf({ b: {} }))).not.toBe(rules);
  });

  test("goes by the names that key and team have for models, the key's first", () => {
    const { grant } = granted({ aliases: { "gpt-4": "chat" }, team: "t" }, [
      teamRecord("t", { aliases: { "gpt-4": "other", mini: "small" } }),
    ]);
    const rules = grant.rules(CONFIG);
    expect(["gpt-4", "mini", "chat", "constructor"].map((name) => rules.meant(name))).toEqual([
      "chat",
      "small",
      "chat",
      "constructor",
    ]);
  });
});

test("every scope with a limit is asked for, and no other", () => {
  const facts: Partial<KeyRecord> = {
    team: "t",
    user: "u",
    limits: { rpm: 6, parallel: null, models: { chat: { rpm: 1, parallel: null } } },
  };
  const { grant } = granted(facts, [
    teamRecord("t", { limits: { ...UNLIMITED, parallel: 2 }, memberLimits: { rpm: 3, parallel: null } }),
    userRecord("u", { limits: { ...UNLIMITED, rpm: 9 } }),
  ]);
  const { id } = grant;
  expect(grant.rules(CONFIG).demands("chat")).toEqual([
    { scope: "team:t", limits: { rpm: null, parallel: 2 } },
    { scope: `member:${memberId("t", "u")}`, limits: { rpm: 3, parallel: null } },
    { scope: `key:${id}`, limits: { rpm: 6, parallel: null } },
    { scope: `key:${id}/model:chat`, limits: { rpm: 1, parallel: null } },
  ]);
  const others = grant.rules(CONFIG).demands("constructor");
  expect(others.map(({ scope }) => scope)).toEqual(["team:t", `member:${memberId("t", "u")}`, `key:${id}`]);
});

test("a user's own limits count for keys without a team, and for those of teams where the config says so", () => {
  const user = userRecord("u", { limits: { ...UNLIMITED, rpm: 9 } });
  const scopes = (facts: Partial<KeyRecord>, rollcall: object) =>
    granted(facts, [user, teamRecord("t")])
      .grant.rules(configOf({ a: {} }, { rollcall }))
      .demands("chat")
      .map(({ scope }) => scope);
  expect(scopes({ user: "u" }, {})).toEqual(["user:u"]);
  expect(scopes({ user: "u", team: "t" }, {})).toEqual([]);
  expect(scopes({ user: "u", team: "t" }, { keys: { user_budget_on_team_keys: true } })).toEqual(["user:u"]);
});

test("what all keys together may use comes first, and what of one model before its keys", () => {
  const limits = { rpm: 600, models: { chat: { parallel: 20 } } };
  const { grant } = granted({ limits: { ...UNLIMITED, rpm: 6 } });
  const rules = grant.rules(configOf({ chat: {}, other: {} }, { rollcall: { keys: { limits } } }));
  expect(rules.demands("chat")).toEqual([
    { scope: "global", limits: { rpm: 600, parallel: null } },
    { scope: "model:chat", limits: { rpm: null, parallel: 20 } },
    { scope: `key:${grant.id}`, limits: { rpm: 6, parallel: null } },
  ]);
  expect(rules.demands("other").map(({ scope }) => scope)).toEqual(["global", `key:${grant.id}`]);
});
