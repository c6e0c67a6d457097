import type { ExpressionBuilder, Kysely } from "kysely";
import { holds } from "./holds.ts";
import { rowIn } from "./row-columns.ts";
import type { KeyRow } from "./rows.ts";
import type { KeyQuery, KeySort, Page } from "./store.ts";
import type { Tables } from "./tables.ts";

/** Columns by which lists may be sorted: nothing that a client sent becomes part of a statement. */
const SORT_COLUMNS = {
  created_at: "created_at",
  updated_at: "updated_at",
  expires: "expires_at",
  key_alias: "alias",
  user_id: "user_id",
  team_id: "team_id",
} as const satisfies Readonly<Record<KeySort, string>>;

type Where = ExpressionBuilder<Tables, "keys">;

export async function listKeys(db: Kysely<Tables>, query: KeyQuery): Promise<Page<KeyRow>> {
  const found = db.selectFrom("keys").where((where) => where.and(conditionsOf(where, query)));
  const { total } = await found
    .select(({ fn }) => fn.countAll<number>().as("total"))
    .executeTakeFirstOrThrow();
  const items = await found
    .select("body")
    .orderBy(SORT_COLUMNS[query.sort], query.descending ? "desc" : "asc")
    .orderBy("id")
    .limit(query.size)
    .offset((query.page - 1) * query.size)
    .execute();
  return { items: items.map((columns) => rowIn(columns) as KeyRow), total };
}

function conditionsOf(where: Where, query: KeyQuery) {
  const { named, seenBy, search } = query;
  const equal = [
    ["user_id", query.user],
    ["team_id", query.team],
    ["id", query.id],
    ["alias", query.alias],
  ] as const;
  return [
    ...equal.flatMap(([column, value]) => (value === null ? [] : [where(column, "=", value)])),
    ...(seenBy === null ? [] : [where.or(seen(where, seenBy))]),
    ...(search === null ? [] : [where.or([holds("alias", search), where("id", "=", search)])]),
    ...(named ? [where("alias", "is not", null)] : []),
    ...statusConditions(where, query),
  ];
}

function seen(where: Where, { user, teams, key }: NonNullable<KeyQuery["seenBy"]>) {
  return [
    ...(user === null ? [] : [where("user_id", "=", user)]),
    ...(teams.length === 0 ? [] : [where("team_id", "in", [...teams])]),
    // Always there: or() of nothing would be true.
    where("id", "=", key ?? ""),
  ];
}

function statusConditions(where: Where, { status, now }: KeyQuery) {
  if (status === "deleted") return [where("archived_at", "is not", null)];
  const isKept = where("archived_at", "is", null);
  const isOver = where("expires_at", "<=", now);
  if (status === "revoked") return [isKept, where("blocked", "=", 1)];
  if (status === "expired") return [isKept, isOver];
  if (status === "active")
    return [
      isKept,
      where("blocked", "=", 0),
      where.or([where("expires_at", "is", null), where("expires_at", ">", now)]),
    ];
  return [isKept];
}
