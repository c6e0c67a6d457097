import { describe, expect, test } from "vitest";
import type { KeyQuery, Row, RowKind, Store } from "../src/index.ts";
import { ALL_KEYS, entry, key, member, put, removed, team, user } from "./rows.ts";

/** A store of a test: opened again it has what it had. */
export interface Site {
  store: Store;
  /** Closes it and opens what it has left. */
  reopen(): Promise<void>;
}

/** What every store keeps to, whatever the database. `open`: an empty one. */
export function describeStore(name: string, open: () => Promise<Site>): void {
  describe(name, () => {
    test("what was committed is there after it was closed and opened again", async () => {
      const site = await open();
      const rows = [
        team("t"),
        user("u", { email: "U@x.org" }),
        member("t", "u"),
        key("k", { team: "t", user: "u" }),
      ];
      await site.store.commit([put(...rows)]);
      await site.reopen();
      expect(await everything(site.store)).toEqual(rows);
    });

    test("more rows than a slice holds are all loaded, each once", async () => {
      const { store } = await open();
      const rows = Array.from({ length: 4_100 }, (_, index) => team(`t${String(index).padStart(5, "0")}`));
      await store.commit([{ put: rows, removed: [], audit: [] }]);
      expect(await loaded(store, "team")).toEqual(rows);
    });

    test("several changes are written together, or none of them", async () => {
      const { store } = await open();
      const twice = [put(key("a", { alias: "same" })), put(key("b", { alias: "same" }))];
      await expect(store.commit(twice)).rejects.toThrow(/unique/i);
      expect(await everything(store)).toEqual([]);
      expect(await store.checkAudit()).toMatchObject({ entries: 0, brokenAt: null });
      await expect(store.commit([put(member("none", "nobody"))])).rejects.toThrow(/foreign key/i);
    });

    test("a row takes the place of the one before it, with its digests", async () => {
      const { store } = await open();
      const { hashes } = key("old");
      await store.commit([put(key("a", { hashes, alias: "one" }))]);
      await store.commit([put(key("a", { alias: "two" }))]);
      // The digest that it had is free.
      await store.commit([put(key("b", { hashes, alias: "one" }))]);
      expect((await loaded(store, "key")).map(({ id }) => id)).toEqual(["a", "b"]);
    });

    test("a key that was removed is listed as deleted; its alias and its digest are free", async () => {
      const { store } = await open();
      const gone = key("gone", { alias: "name" });
      await store.commit([put(gone)]);
      await store.commit([removed(gone)]);
      expect(await everything(store)).toEqual([]);
      expect(await ids(store, {})).toEqual([]);
      expect(await ids(store, { status: "deleted" })).toEqual(["gone"]);
      await store.commit([put(key("new", { alias: "name", hashes: gone.hashes }))]);
      expect(await ids(store, {})).toEqual(["new"]);
    });

    test("a team goes with its members and keys in one change", async () => {
      const { store } = await open();
      const [red, ann, of, robot] = [
        team("red"),
        user("ann"),
        member("red", "ann"),
        key("robot", { team: "red" }),
      ];
      await store.commit([put(red, ann, of, robot)]);
      await store.commit([removed(robot, of, red)]);
      expect(await everything(store)).toEqual([ann]);
    });

    test.each<[what: string, query: Partial<KeyQuery>, found: readonly string[]]>([
      ["all, the oldest first", {}, ["a", "b", "c", "d"]],
      ["the newest first", { descending: true }, ["d", "c", "b", "a"]],
      ["a page", { page: 2, size: 3 }, ["d"]],
      ["by alias", { sort: "key_alias", named: true }, ["d", "b", "a"]],
      ["of a user", { user: "ann" }, ["a", "b"]],
      ["of a team", { team: "red" }, ["b", "c"]],
      ["of both", { user: "ann", team: "red" }, ["b"]],
      ["one", { id: "c" }, ["c"]],
      ["of an alias", { alias: "App-2" }, ["b"]],
      ["of a part of an alias, whatever its case", { search: "APP" }, ["a", "b"]],
      ["of a part that is a wildcard", { search: "%" }, []],
      ["of a part that ends a text of the language", { search: "' or 1=1 --" }, []],
      ["active", { status: "active" }, ["a", "b"]],
      ["expired", { status: "expired" }, ["c"]],
      ["blocked", { status: "revoked" }, ["d"]],
      ["that ann sees", { seenBy: { user: "ann", teams: [], key: null } }, ["a", "b"]],
      [
        "that ann and an admin of red sees",
        { seenBy: { user: "ann", teams: ["red"], key: null } },
        ["a", "b", "c"],
      ],
      ["that a key of nobody sees", { seenBy: { user: null, teams: [], key: "d" } }, ["d"]],
      ["that nobody sees", { seenBy: { user: null, teams: [], key: null } }, []],
    ])("keys: %s", async (_what, query, found) => {
      const { store } = await open();
      await store.commit([
        put(
          key("a", { user: "ann", alias: "app-1", createdAt: 1 }),
          key("b", { user: "ann", team: "red", alias: "App-2", createdAt: 2 }),
          key("c", { team: "red", expiresAt: 5_000, createdAt: 3 }),
          key("d", { blocked: true, alias: "9", createdAt: 4 }),
        ),
      ]);
      expect(await ids(store, query)).toEqual(found);
    });

    test("how many there are in all is told with a page", async () => {
      const { store } = await open();
      await store.commit([put(...["a", "b", "c"].map((id) => key(id)))]);
      expect(await store.listKeys({ ...ALL_KEYS, size: 1 })).toMatchObject({
        total: 3,
        items: [{ id: "a" }],
      });
    });

    test("teams and users are listed, and how many keys each user has", async () => {
      const { store } = await open();
      const paging = { page: 1, size: 10, descending: false };
      const gone = key("g", { user: "ann" });
      await store.commit([
        put(
          team("red", { alias: "Red" }),
          team("blue"),
          user("ann", { email: "Ann@Example.com" }),
          user("bob", { role: "proxy_admin" }),
          key("k", { user: "ann" }),
          gone,
        ),
      ]);
      await store.commit([removed(gone)]);
      const teams = await store.listTeams({ ...paging, ids: null, alias: "Red" });
      expect(teams).toMatchObject({ total: 1, items: [{ id: "red" }] });
      expect(await store.listTeams({ ...paging, ids: [], alias: null })).toEqual({ total: 0, items: [] });
      const users = await store.listUsers({ ...paging, ids: null, role: null, email: "EXAMPLE" });
      expect(users).toMatchObject({ total: 1, items: [{ user: { id: "ann" }, keys: 1 }] });
      const admins = await store.listUsers({
        ...paging,
        ids: ["ann", "bob"],
        role: "proxy_admin",
        email: null,
      });
      expect(admins.items.map(({ user: { id }, keys }) => [id, keys])).toEqual([["bob", 0]]);
    });

    test("the ledger's rows are there as they were written last", async () => {
      const site = await open();
      const row = (scope: string, level: number) =>
        ({ scope, unit: "requests", limit: 60, level, at: 1_000, held: { "host/1/2": 3 } }) as const;
      const many = Array.from({ length: 1_200 }, (_, index) => row(`key:${index}`, 0.5));
      await site.store.writeLeases(many, []);
      await site.store.writeLeases([row("key:7", 9)], [{ scope: "key:8", unit: "requests" }]);
      await site.reopen();
      const rows = await site.store.loadLeases();
      expect(rows.length).toBe(1_199);
      expect(rows.find(({ scope }) => scope === "key:7")).toEqual(row("key:7", 9));
      expect(rows.some(({ scope }) => scope === "key:8")).toBe(false);
    });

    test("the audit log has every entry in its order, and each covers the one before it", async () => {
      const { store } = await open();
      const entries = ["a", "b", "c"].map((id) => entry(id, { actor: id === "b" ? "ann" : "master_key" }));
      await store.commit(entries.map((one) => ({ put: [], removed: [], audit: [one] })));
      const query = { page: 1, size: 2, descending: true, actor: null, objectId: null };
      const { items, total } = await store.listAudit(query);
      expect([total, items.map(({ sequence, objectId }) => [sequence, objectId])]).toEqual([
        3,
        [
          [3, "c"],
          [2, "b"],
        ],
      ]);
      expect(items[0]?.previous).toBe(items[1]?.digest);
      expect(await store.checkAudit()).toEqual({ entries: 3, brokenAt: null, head: items[0]?.digest });
      expect((await store.listAudit({ ...query, actor: "ann" })).items).toMatchObject([{ objectId: "b" }]);
    });
  });
}

export async function loaded(store: Store, kind: RowKind): Promise<readonly Row[]> {
  const rows: Row[] = [];
  let after: string | null = null;
  do {
    const slice: Awaited<ReturnType<Store["load"]>> = await store.load(kind, after);
    rows.push(...(JSON.parse(slice.json) as Row[]));
    after = slice.next;
  } while (after !== null);
  return rows;
}

export async function everything(store: Store): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (const kind of ["team", "user", "member", "key"] as const) rows.push(...(await loaded(store, kind)));
  return rows;
}

async function ids(store: Store, query: Partial<KeyQuery>): Promise<readonly string[]> {
  const { items } = await store.listKeys({ ...ALL_KEYS, ...query });
  return items.map(({ id }) => id);
}
