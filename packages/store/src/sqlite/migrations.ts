import { sql, type Kysely } from "kysely";
import type { Migration } from "kysely/migration";

/** By name, in the order of their names. What has been released is never changed: a change is one more. */
export const MIGRATIONS: Readonly<Record<string, Migration>> = {
  "0001-keys": { up: createTables },
};

async function createTables(db: Kysely<unknown>): Promise<void> {
  await createOwners(db);
  await createKeys(db);
  await createAudit(db);
  await createLeases(db);
}

async function createOwners(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable("teams")
    .addColumn("id", "text", (column) => column.primaryKey().notNull())
    .addColumn("alias", "text")
    .addColumn("created_at", "integer", (column) => column.notNull())
    .addColumn("updated_at", "integer", (column) => column.notNull())
    .addColumn("body", "text", (column) => column.notNull())
    .modifyEnd(sql`strict`)
    .execute();
  await db.schema
    .createTable("users")
    .addColumn("id", "text", (column) => column.primaryKey().notNull())
    .addColumn("email", "text", (column) => column.unique())
    .addColumn("role", "text", (column) => column.notNull())
    .addColumn("created_at", "integer", (column) => column.notNull())
    .addColumn("updated_at", "integer", (column) => column.notNull())
    .addColumn("body", "text", (column) => column.notNull())
    .modifyEnd(sql`strict`)
    .execute();
  await db.schema
    .createTable("members")
    .addColumn("id", "text", (column) => column.primaryKey().notNull())
    .addColumn("team_id", "text", (column) => column.notNull().references("teams.id"))
    .addColumn("user_id", "text", (column) => column.notNull().references("users.id"))
    .addColumn("body", "text", (column) => column.notNull())
    .modifyEnd(sql`strict`)
    .execute();
}

async function createKeys(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable("keys")
    .addColumn("id", "text", (column) => column.primaryKey().notNull())
    .addColumn("alias", "text")
    // No reference: what is archived outlives its team and its user.
    .addColumn("team_id", "text")
    .addColumn("user_id", "text")
    .addColumn("blocked", "integer", (column) => column.notNull())
    .addColumn("expires_at", "integer")
    .addColumn("created_at", "integer", (column) => column.notNull())
    .addColumn("updated_at", "integer", (column) => column.notNull())
    .addColumn("archived_at", "integer")
    .addColumn("body", "text", (column) => column.notNull())
    .modifyEnd(sql`strict`)
    .execute();
  await db.schema
    .createTable("key_hashes")
    .addColumn("digest", "text", (column) => column.primaryKey().notNull())
    .addColumn("key_id", "text", (column) => column.notNull().references("keys.id"))
    .modifyEnd(sql`strict`)
    .execute();
  await db.schema.createIndex("key_hashes_by_key").on("key_hashes").column("key_id").execute();
  await db.schema
    .createIndex("keys_by_alias")
    .unique()
    .on("keys")
    .column("alias")
    .where(sql.ref("archived_at"), "is", null)
    .execute();
  for (const column of ["team_id", "user_id", "created_at"])
    await db.schema.createIndex(`keys_by_${column}`).on("keys").column(column).execute();
}

/** Appended to and never changed: the database itself refuses it. */
async function createAudit(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable("audit")
    .addColumn("sequence", "integer", (column) => column.primaryKey().notNull())
    .addColumn("at", "integer", (column) => column.notNull())
    .addColumn("actor", "text", (column) => column.notNull())
    .addColumn("action", "text", (column) => column.notNull())
    .addColumn("object_kind", "text", (column) => column.notNull())
    .addColumn("object_id", "text", (column) => column.notNull())
    .addColumn("before", "text")
    .addColumn("after", "text")
    .addColumn("request_id", "text")
    .addColumn("previous", "text", (column) => column.notNull())
    .addColumn("digest", "text", (column) => column.notNull())
    .modifyEnd(sql`strict`)
    .execute();
  await db.schema.createIndex("audit_by_object").on("audit").column("object_id").execute();
  for (const change of ["update", "delete"])
    await sql`create trigger ${sql.raw(`audit_no_${change}`)} before ${sql.raw(change)} on audit
      begin select raise(abort, 'the audit log is only appended to'); end`.execute(db);
}

async function createLeases(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable("leases")
    .addColumn("scope", "text", (column) => column.notNull())
    .addColumn("unit", "text", (column) => column.notNull())
    .addColumn("limit", "integer", (column) => column.notNull())
    .addColumn("level", "real", (column) => column.notNull())
    .addColumn("at", "integer", (column) => column.notNull())
    .addColumn("held", "text", (column) => column.notNull())
    .addPrimaryKeyConstraint("leases_key", ["scope", "unit"])
    .modifyEnd(sql`strict`)
    .execute();
}
