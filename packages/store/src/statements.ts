import { CompiledQuery, type Kysely, type Transaction } from "kysely";
import type {
  AuditTable,
  KeyHashTable,
  KeyTable,
  MemberTable,
  Tables,
  TeamTable,
  UserTable,
} from "./tables.ts";

type AnyDb = Kysely<Tables> | Transaction<Tables>;

/** Writes one row of a table. */
export type Write<Columns> = (db: AnyDb, columns: Columns) => Promise<void>;

/**
 * The statements of every change, compiled once for a database: to build one takes longer than SQLite needs to run it. Each
 * takes its values in the order of the columns.
 */
export interface Statements {
  readonly keys: Write<KeyTable>;
  readonly teams: Write<TeamTable>;
  readonly users: Write<UserTable>;
  readonly members: Write<MemberTable>;
  readonly hash: Write<KeyHashTable>;
  readonly dropHashes: (db: AnyDb, keyId: string) => Promise<void>;
  readonly audit: Write<AuditTable>;
}

const KEY: readonly (keyof KeyTable)[] = [
  "id",
  "alias",
  "team_id",
  "user_id",
  "blocked",
  "expires_at",
  "created_at",
  "updated_at",
  "archived_at",
  "body",
];
const TEAM: readonly (keyof TeamTable)[] = ["id", "alias", "created_at", "updated_at", "body"];
const USER: readonly (keyof UserTable)[] = ["id", "email", "role", "created_at", "updated_at", "body"];
const MEMBER: readonly (keyof MemberTable)[] = ["id", "team_id", "user_id", "body"];
const HASH: readonly (keyof KeyHashTable)[] = ["digest", "key_id"];
const AUDIT: readonly (keyof AuditTable)[] = [
  "sequence",
  "at",
  "actor",
  "action",
  "object_kind",
  "object_id",
  "before",
  "after",
  "request_id",
  "previous",
  "digest",
];

export function compileStatements(db: Kysely<Tables>): Statements {
  const dropped = db.deleteFrom("key_hashes").where("key_id", "=", "").compile().sql;
  return {
    keys: upsert<KeyTable>(db, "keys", KEY),
    teams: upsert<TeamTable>(db, "teams", TEAM),
    users: upsert<UserTable>(db, "users", USER),
    members: upsert<MemberTable>(db, "members", MEMBER),
    hash: insert<KeyHashTable>(db, "key_hashes", HASH),
    dropHashes: async (on, keyId) => void (await on.executeQuery(CompiledQuery.raw(dropped, [keyId]))),
    audit: insert<AuditTable>(db, "audit", AUDIT),
  };
}

function insert<Columns>(
  db: Kysely<Tables>,
  table: keyof Tables,
  names: readonly (keyof Columns & string)[],
): Write<Columns> {
  return writing(names, inserted(db, table, names).compile().sql);
}

function upsert<Columns>(
  db: Kysely<Tables>,
  table: keyof Tables,
  names: readonly (keyof Columns & string)[],
): Write<Columns> {
  const replacing = inserted(db, table, names).onConflict((on) =>
    on
      .column("id")
      .doUpdateSet(
        (set) =>
          Object.fromEntries(names.map((name) => [name, set.ref(`excluded.${name}` as never)])) as never,
      ),
  );
  return writing(names, replacing.compile().sql);
}

/** The values are put in when it is run. */
function inserted(db: Kysely<Tables>, table: keyof Tables, names: readonly string[]) {
  return db.insertInto(table).values(Object.fromEntries(names.map((name) => [name, ""])) as never);
}

function writing<Columns>(names: readonly (keyof Columns)[], sql: string): Write<Columns> {
  return async (db, columns) => {
    await db.executeQuery(
      CompiledQuery.raw(
        sql,
        names.map((name) => columns[name]),
      ),
    );
  };
}
