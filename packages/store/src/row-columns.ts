import type { KeyTable, MemberTable, TeamTable, UserTable } from "./tables.ts";
import type { KeyRow, MemberRow, Row, RowKind, TeamRow, UserRow } from "./rows.ts";

/** A row as its table has it. What is searched by stands in a column of its own, and all of it in the body. */
export const COLUMNS = {
  key: (row: KeyRow): KeyTable => ({
    id: row.id,
    alias: row.alias,
    team_id: row.team,
    user_id: row.user,
    blocked: Number(row.blocked),
    expires_at: row.expiresAt,
    created_at: row.createdAt,
    updated_at: row.updatedAt,
    archived_at: null,
    body: JSON.stringify(row),
  }),
  team: (row: TeamRow): TeamTable => ({
    id: row.id,
    alias: row.alias,
    created_at: row.createdAt,
    updated_at: row.updatedAt,
    body: JSON.stringify(row),
  }),
  user: (row: UserRow): UserTable => ({
    id: row.id,
    email: row.email?.toLowerCase() ?? null,
    role: row.role,
    created_at: row.createdAt,
    updated_at: row.updatedAt,
    body: JSON.stringify(row),
  }),
  member: (row: MemberRow): MemberTable => ({
    id: row.id,
    team_id: row.team,
    user_id: row.user,
    body: JSON.stringify(row),
  }),
};

export const TABLE_OF = {
  key: "keys",
  team: "teams",
  user: "users",
  member: "members",
} as const satisfies Readonly<Record<RowKind, string>>;

/** What `COLUMNS` wrote. */
export function rowIn({ body }: { readonly body: string }): Row {
  return JSON.parse(body) as Row;
}
