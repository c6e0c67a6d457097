import { describe, expect, test } from "vitest";
import type { AccessRecord } from "@rollcall/contract";
import { keyRecord, teamRecord, userRecord } from "../../test/access-records.ts";
import { sha256Of } from "@rollcall/runtime";
import type { KeyEntry } from "./key-entry.ts";
import { KeySet } from "./key-set.ts";

function built(records: readonly AccessRecord[]): KeySet<KeyEntry> {
  const building = KeySet.build(records, (entry) => entry);
  for (;;) {
    const step = building.next();
    if (step.done === true) return step.value;
  }
}

const find = (set: KeySet<KeyEntry>, secret: string) => set.find(sha256Of(secret));
const NOTHING = { changed: [], removed: [] };

describe("a set of keys", () => {
  test("finds a key by its digest, with its team and user, whatever comes first", () => {
    const key = keyRecord("sk-a", { team: "t", user: "u" });
    for (const records of [
      [key, teamRecord("t"), userRecord("u")],
      [userRecord("u"), teamRecord("t"), key],
    ]) {
      const found = find(built(records), "sk-a");
      expect([found?.record.id, found?.team?.record?.id, found?.user?.record?.id]).toEqual([
        key.id,
        "t",
        "u",
      ]);
      expect(found?.member?.record).toBeNull();
    }
    expect(find(built([key]), "sk-b")).toBeUndefined();
  });

  test("shows a change of a team to its keys without touching them", () => {
    const set = built([keyRecord("sk-a", { team: "t" }), teamRecord("t")]);
    const before = find(set, "sk-a");
    set.apply({ ...NOTHING, changed: [teamRecord("t", { blocked: true })] });
    expect(find(set, "sk-a")).toBe(before);
    expect(before?.team?.record?.blocked).toBe(true);
    set.apply({ ...NOTHING, removed: ["team:t"] });
    expect(before?.team?.record).toBeNull();
    set.apply({ ...NOTHING, changed: [teamRecord("t")] });
    expect(before?.team?.record?.blocked).toBe(false);
  });

  test("forgets what is removed, and a secret that was replaced", () => {
    const old = keyRecord("sk-a");
    const set = built([old, keyRecord("sk-b")]);
    set.apply({ ...NOTHING, changed: [{ ...keyRecord("sk-new"), id: old.id }] });
    expect(find(set, "sk-a")).toBeUndefined();
    expect(find(set, "sk-new")?.record.id).toBe(old.id);
    set.apply({ ...NOTHING, removed: [`key:${old.id}`, "key:never-heard-of", "team:never-heard-of"] });
    expect(find(set, "sk-new")).toBeUndefined();
    expect(set.size).toBe(1);
  });

  test("knows a key by its old secret too while both are in its record", () => {
    const [now] = keyRecord("sk-new").hashes;
    const [old] = keyRecord("sk-old").hashes;
    if (now === undefined || old === undefined) throw new Error("no hash");
    const set = built([keyRecord("sk-new", { hashes: [now, { ...old, until: 5 }] })]);
    expect(find(set, "sk-old")).toBeDefined();
    expect(find(set, "sk-old")).toBe(find(set, "sk-new"));
  });

  test("keeps the entries of keys that were used lately, and makes the others anew with what is so now", () => {
    const made: string[] = [];
    const set = new KeySet<KeyEntry>((entry) => {
      made.push(entry.record.id);
      return entry;
    }, 2);
    const changed = ["a", "b", "c", "d", "e"].map((name) => keyRecord(`sk-${name}`, { team: "t" }));
    set.apply({ ...NOTHING, changed: [teamRecord("t"), ...changed] });
    for (const name of ["a", "b", "a", "c", "a", "d", "e", "a"]) find(set, `sk-${name}`);
    expect(made).toEqual(["a", "b", "c", "d", "e"].map((name) => `id-of-sk-${name}`));
    set.apply({ ...NOTHING, removed: ["team:t"] });
    expect(find(set, "sk-b")?.team?.record).toBeNull();
    set.apply({ ...NOTHING, changed: [teamRecord("t", { blocked: true })] });
    expect(["a", "b", "c"].map((name) => find(set, `sk-${name}`)?.team?.record?.blocked)).toEqual([
      true,
      true,
      true,
    ]);
    expect(made.length).toBeGreaterThan(5);
  });
});
