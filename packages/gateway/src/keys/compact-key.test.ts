import { KEYS, type KeyRecord } from "@rollcall/contract";
import { expect, test } from "vitest";
import { keyRecord, teamRecord } from "../../test/access-records.ts";
import { compactKeys } from "./compact-key.ts";

const read = (record: object, kind = compactKeys()) => {
  const result = kind.readRecord(JSON.parse(JSON.stringify(record)));
  if (!result.ok) throw new Error(result.error);
  return result.value as KeyRecord;
};

const LIMITED = { rpm: 6, parallel: null, models: { chat: { rpm: 1, parallel: null } } };
const HASH = { method: "sha256", digest: "x", until: null } as const;

test.each<[string, Partial<KeyRecord>]>([
  ["with nothing of its own", {}],
  ["with an owner, a limit and an end", { team: "t", user: "u", expiresAt: 5, limits: LIMITED }],
  ["with lists", { models: ["chat"], routes: ["/v1/*"], aliases: { gpt: "chat" }, type: "llm_api" }],
  ["that is blocked", { blocked: true }],
  ["that a person chose", { hashes: [{ ...HASH, method: "hmac" }] }],
  ["with two secrets", { hashes: [HASH, { ...HASH, digest: "y", until: 5 }] }],
  ["without a secret", { hashes: [] }],
])("a key %s says what its record says", (_what, facts) => {
  const record = keyRecord("sk-a", facts);
  const compact = read(record);
  const told = Object.fromEntries(
    Object.keys(record).map((field) => [field, compact[field as keyof KeyRecord]]),
  );
  expect(told).toEqual(record);
  expect(KEYS.keyOf(compact)).toBe(KEYS.keyOf(record));
});

test("keys that are alike share what is alike, and those that differ do not", () => {
  const kind = compactKeys();
  const [one, other, third] = [
    read(keyRecord("sk-a", { limits: LIMITED, team: "a team of them all" }), kind),
    read(keyRecord("sk-b", { limits: LIMITED, team: "a team of them all" }), kind),
    read(keyRecord("sk-c"), kind),
  ];
  expect(other?.limits).toBe(one?.limits);
  expect(third?.limits).not.toBe(one?.limits);
});

test("what is no key is read as it is, and what is no record is refused", () => {
  expect(read(teamRecord("t"))).toEqual(teamRecord("t"));
  expect(compactKeys().readRecord({ ...keyRecord("sk-a"), blocked: "no" })).toMatchObject({ ok: false });
});
