import type { Kysely } from "kysely";
import { holds } from "./holds.ts";
import { rowIn } from "./row-columns.ts";
import type { TeamRow, UserRow } from "./rows.ts";
import type { CountedUser, Page, TeamQuery, UserQuery } from "./store.ts";
import type { Tables } from "./tables.ts";

export async function listTeams(db: Kysely<Tables>, query: TeamQuery): Promise<Page<TeamRow>> {
  const { ids, alias, page, size, descending } = query;
  if (ids?.length === 0) return { items: [], total: 0 };
  let found = db.selectFrom("teams");
  if (ids !== null) found = found.where("id", "in", [...ids]);
  if (alias !== null) found = found.where("alias", "=", alias);
  const { total } = await found
    .select(({ fn }) => fn.countAll<number>().as("total"))
    .executeTakeFirstOrThrow();
  const items = await found
    .select("body")
    .orderBy("created_at", descending ? "desc" : "asc")
    .orderBy("id")
    .limit(size)
    .offset((page - 1) * size)
    .execute();
  return { items: items.map((columns) => rowIn(columns) as TeamRow), total };
}

export async function listUsers(db: Kysely<Tables>, query: UserQuery): Promise<Page<CountedUser>> {
  const { ids, role, email, page, size, descending } = query;
  if (ids?.length === 0) return { items: [], total: 0 };
  let found = db.selectFrom("users");
  if (ids !== null) found = found.where("id", "in", [...ids]);
  if (role !== null) found = found.where("role", "=", role);
  if (email !== null) found = found.where(holds("email", email));
  const { total } = await found
    .select(({ fn }) => fn.countAll<number>().as("total"))
    .executeTakeFirstOrThrow();
  const items = await found
    .select("body")
    .select((select) =>
      select
        .selectFrom("keys")
        .whereRef("keys.user_id", "=", "users.id")
        .where("keys.archived_at", "is", null)
        .select(({ fn }) => fn.countAll<number>().as("keys"))
        .as("keys"),
    )
    .orderBy("created_at", descending ? "desc" : "asc")
    .orderBy("id")
    .limit(size)
    .offset((page - 1) * size)
    .execute();
  return {
    items: items.map(({ keys, ...columns }) => ({ user: rowIn(columns) as UserRow, keys: keys ?? 0 })),
    total,
  };
}
