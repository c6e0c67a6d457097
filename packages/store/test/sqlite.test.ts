import { chmodSync, existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, onTestFinished, test } from "vitest";
import { SqliteStore, SqliteThread, type Store } from "../src/index.ts";
import { ALL_KEYS, key, member, put, team, user } from "./rows.ts";
import { describeStore, everything, type Site } from "./store-suite.ts";

const OPEN = {
  SqliteStore: (file: string): Promise<Store> => SqliteStore.open(file),
  SqliteThread: (file: string): Promise<Store> => SqliteThread.open(file),
};

function directory(): string {
  const made = mkdtempSync(path.join(os.tmpdir(), "store-"));
  onTestFinished(() => rmSync(made, { recursive: true }));
  return made;
}

async function siteOf(open: (file: string) => Promise<Store>): Promise<Site> {
  const file = path.join(directory(), "keys.sqlite");
  const site: Site = {
    store: await open(file),
    async reopen() {
      await site.store.close();
      site.store = await open(file);
    },
  };
  onTestFinished(() => site.store.close());
  return site;
}

describeStore("SqliteStore", () => siteOf(OPEN.SqliteStore));

describe("the file", () => {
  const open = OPEN.SqliteStore;

  test("is its owner's alone, and so are what lies beside it and its backups", async () => {
    const place = directory();
    const file = path.join(place, "keys.sqlite");
    writeFileSync(file, "");
    chmodSync(file, 0o644);
    const store = await open(file);
    await store.commit([put(key("k"))]);
    await store.backup(path.join(place, "backup"));
    for (const name of ["keys.sqlite", "keys.sqlite-wal", "backup"])
      expect([name, statSync(path.join(place, name)).mode & 0o777]).toEqual([name, 0o600]);
    await store.close();
    expect(existsSync(`${file}-wal`)).toBe(false);
  });

  test("is backed up and restored while it is in use", async () => {
    const place = directory();
    const store = await open(path.join(place, "keys.sqlite"));
    await store.commit([put(key("a"))]);
    const backup = path.join(place, "backup");
    await store.commit([put(key("b"))]);
    await store.backup(backup);
    await store.commit([put(key("c"))]);
    await expect(store.backup(backup)).rejects.toThrow("there already");
    expect(await store.restore(backup)).toEqual({ ok: true, value: null });
    expect((await everything(store)).map(({ id }) => id)).toEqual(["a", "b"]);
    expect(await store.checkAudit()).toMatchObject({ entries: 2, brokenAt: null });
    await store.commit([put(key("d"))]);
    await store.close();
  });

  test.each<[what: string, make: (file: string) => void, says: string]>([
    ["there is not", () => {}, "no such file"],
    ["is no database", (file) => writeFileSync(file, "x".repeat(4_096)), "not a database"],
    ["holds something else", (file) => new DatabaseSync(file).exec("create table other (a)"), "no backup"],
    [
      "is of a newer version",
      (file) =>
        new DatabaseSync(file).exec(
          "create table keys (a); create table audit (a); create table kysely_migration (name text, timestamp text); insert into kysely_migration values ('9999-later', 'x')",
        ),
      "newer version",
    ],
  ])("is not replaced by one that %s", async (_what, make, says) => {
    const place = directory();
    const store = await open(path.join(place, "keys.sqlite"));
    await store.commit([put(key("a"))]);
    const other = path.join(place, "other");
    make(other);
    expect(await store.restore(other)).toEqual({ ok: false, error: expect.stringContaining(says) });
    await store.commit([put(key("b"))]);
    expect((await everything(store)).map(({ id }) => id)).toEqual(["a", "b"]);
    await store.close();
  });

  test("of a newer version is not opened", async () => {
    const file = path.join(directory(), "keys.sqlite");
    await (await open(file)).close();
    const raw = new DatabaseSync(file);
    raw.exec("insert into kysely_migration values ('9999-later', 'x')");
    raw.close();
    await expect(open(file)).rejects.toThrow("newer version");
  });
});

describe("the audit log", () => {
  test.each([
    ["changed", "update audit set actor = 'somebody' where sequence = 2", 2],
    ["taken out", "delete from audit where sequence = 2", 2],
    ["taken from its beginning", "delete from audit where sequence = 1", 1],
    [
      "put in",
      "insert into audit select 4, at, actor, action, object_kind, object_id, before, after, request_id, previous, digest from audit where sequence = 3",
      4,
    ],
  ])("lets no entry be %s, and shows it where somebody did so all the same", async (_what, sql, brokenAt) => {
    const file = path.join(directory(), "keys.sqlite");
    const store = await SqliteStore.open(file);
    for (const id of ["a", "b", "c"]) await store.commit([put(key(id))]);
    await store.close();
    const raw = new DatabaseSync(file);
    if (!sql.startsWith("insert")) expect(() => raw.exec(sql)).toThrow("only appended to");
    raw.exec(`drop trigger audit_no_update; drop trigger audit_no_delete; ${sql}`);
    raw.close();
    const opened = await SqliteStore.open(file);
    expect(await opened.checkAudit()).toMatchObject({ brokenAt });
    await opened.close();
  });
});

test("on a thread of its own a store answers everything that it is asked, and nothing once it has ended", async () => {
  const place = directory();
  const file = path.join(place, "keys.sqlite");
  const store = await OPEN.SqliteThread(file);
  const paging = { page: 1, size: 10, descending: false };
  await store.commit([put(team("t"), user("u"), key("a"))]);
  await expect(store.commit([put(member("none", "nobody"))])).rejects.toThrow(/foreign key/i);
  expect(await store.listKeys(ALL_KEYS)).toMatchObject({ total: 1, items: [{ id: "a" }] });
  expect(await store.listTeams({ ...paging, ids: null, alias: null })).toMatchObject({ total: 1 });
  expect(await store.listUsers({ ...paging, ids: null, role: null, email: null })).toMatchObject({
    total: 1,
  });
  expect(await store.listAudit({ ...paging, actor: null, objectId: null })).toMatchObject({ total: 3 });
  expect(await store.checkAudit()).toMatchObject({ entries: 3, brokenAt: null });
  const lease = { scope: "key:a", unit: "parallel", limit: 5, level: 0, at: 1, held: {} } as const;
  await store.writeLeases([lease], []);
  expect(await store.loadLeases()).toEqual([lease]);
  const backup = path.join(place, "backup");
  await Promise.all([store.backup(backup), store.commit([put(key("b"))])]);
  expect((await everything(store)).length).toBe(4);
  expect(await store.restore(path.join(place, "none"))).toMatchObject({ ok: false });
  expect(await store.restore(backup)).toEqual({ ok: true, value: null });
  // What is asked at once is done in its order: the backup was first.
  expect((await everything(store)).length).toBe(3);
  await store.close();
  await expect(store.commit([put(key("a"))])).rejects.toThrow("has ended");
});

test("a file that cannot be opened is complained of", async () => {
  await expect(SqliteThread.open(directory())).rejects.toThrow(/EISDIR/);
});
