import { chmodSync, closeSync, mkdirSync, openSync, statfsSync } from "node:fs";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { Kysely, SqliteDialect } from "kysely";
import { Migrator } from "kysely/migration";
import type { Tables } from "../tables.ts";
import { kyselyDatabase } from "./kysely-database.ts";
import { MIGRATIONS } from "./migrations.ts";

/** `f_type` of statfs(2) where files are shared between machines: WAL needs memory that all users of the file share. */
const NETWORK_FILESYSTEMS: ReadonlyMap<number, string> = new Map([
  [0x6969, "NFS"],
  [0x517b, "SMB"],
  [0xff_53_4d_42, "CIFS"],
  [0xfe_53_4d_42, "SMB"],
]);

export interface OpenDatabase {
  readonly raw: DatabaseSync;
  readonly db: Kysely<Tables>;
}

/** Opens the file, or makes it, readable by its owner alone, and brings it to this version's schema. Throws where it cannot. */
export async function openDatabase(file: string): Promise<OpenDatabase> {
  const directory = path.dirname(file);
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const filesystem = NETWORK_FILESYSTEMS.get(statfsSync(directory).type);
  if (filesystem !== undefined)
    throw new Error(`${directory} is on ${filesystem}: SQLite needs a local file system`);
  // The log beside it is made with the same mode.
  closeSync(openSync(file, "a", 0o600));
  chmodSync(file, 0o600);
  const raw = new DatabaseSync(file);
  try {
    // FULL: a revoked key stays revoked, whatever becomes of the power.
    raw.exec(
      "pragma journal_mode = wal; pragma synchronous = full; pragma busy_timeout = 5000; pragma foreign_keys = on; pragma wal_autocheckpoint = 4000",
    );
    const db = new Kysely<Tables>({ dialect: new SqliteDialect({ database: kyselyDatabase(raw) }) });
    await migrate(db);
    return { raw, db };
  } catch (error) {
    raw.close();
    throw error;
  }
}

async function migrate(db: Kysely<Tables>): Promise<void> {
  const migrator = new Migrator({ db, provider: { getMigrations: async () => ({ ...MIGRATIONS }) } });
  const newer = (await executedMigrations(db)).find((name) => !Object.hasOwn(MIGRATIONS, name));
  if (newer !== undefined)
    throw new Error(
      `the database is of a newer version (${newer}): run that one, or restore an older backup`,
    );
  const { error } = await migrator.migrateToLatest();
  if (error !== undefined) throw error;
}

async function executedMigrations(db: Kysely<Tables>): Promise<readonly string[]> {
  const tables = await db.introspection.getTables({ withInternalKyselyTables: true });
  if (!tables.some(({ name }) => name === "kysely_migration")) return [];
  const any = db as unknown as Kysely<{ kysely_migration: { name: string } }>;
  const rows = await any.selectFrom("kysely_migration").select("name").execute();
  return rows.map(({ name }) => name);
}
