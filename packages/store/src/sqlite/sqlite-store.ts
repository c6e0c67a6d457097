import { closeSync, copyFileSync, existsSync, openSync, renameSync, rmSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { err, ok, type Result } from "@rollcall/contract";
import { KyselyStore } from "../kysely-store.ts";
import type {
  AuditQuery,
  Change,
  KeyQuery,
  LeaseRow,
  LeaseRowName,
  Store,
  TeamQuery,
  UserQuery,
} from "../store.ts";
import type { RowKind } from "../rows.ts";
import { openDatabase, type OpenDatabase } from "./open-database.ts";

/** A store in one SQLite file. Blocks its thread: it belongs on one of its own (`SqliteThread`). */
export class SqliteStore implements Store {
  readonly #file: string;
  #open: OpenDatabase;
  #store: KyselyStore;

  private constructor(file: string, open: OpenDatabase) {
    this.#file = file;
    this.#open = open;
    this.#store = new KyselyStore(open.db);
  }

  static async open(file: string): Promise<SqliteStore> {
    return new SqliteStore(file, await openDatabase(file));
  }

  load(kind: RowKind, after: string | null) {
    return this.#store.load(kind, after);
  }

  commit(changes: readonly Change[]) {
    return this.#store.commit(changes);
  }

  listKeys(query: KeyQuery) {
    return this.#store.listKeys(query);
  }

  listTeams(query: TeamQuery) {
    return this.#store.listTeams(query);
  }

  listUsers(query: UserQuery) {
    return this.#store.listUsers(query);
  }

  listAudit(query: AuditQuery) {
    return this.#store.listAudit(query);
  }

  checkAudit() {
    return this.#store.checkAudit();
  }

  loadLeases() {
    return this.#store.loadLeases();
  }

  writeLeases(changed: readonly LeaseRow[], forgotten: readonly LeaseRowName[]) {
    return this.#store.writeLeases(changed, forgotten);
  }

  async backup(file: string): Promise<void> {
    if (existsSync(file)) throw new Error("the file is there already");
    closeSync(openSync(file, "wx", 0o600));
    this.#open.raw.prepare("vacuum into ?").run(file);
  }

  /** The file in use is kept beside it as `.before-restore`, until the next time. */
  async restore(file: string): Promise<Result<null, string>> {
    const fault = faultOf(file);
    if (fault !== null) return err(fault);
    const incoming = `${this.#file}.restoring`;
    copyFileSync(file, incoming);
    try {
      // Opened beside the one in use, which goes on where this does not succeed.
      const opened = await openDatabase(incoming);
      await opened.db.destroy();
    } catch (error) {
      rmSync(incoming, { force: true });
      return err(messageOf(error));
    }
    await this.#store.close();
    for (const end of ["-wal", "-shm"]) rmSync(`${this.#file}${end}`, { force: true });
    renameSync(this.#file, `${this.#file}.before-restore`);
    renameSync(incoming, this.#file);
    this.#open = await openDatabase(this.#file);
    this.#store = new KyselyStore(this.#open.db);
    return ok(null);
  }

  close(): Promise<void> {
    return this.#store.close();
  }
}

/** Why it is no backup that can be used; null where it is one. */
function faultOf(file: string): string | null {
  if (!existsSync(file)) return "there is no such file";
  try {
    const db = new DatabaseSync(file, { readOnly: true });
    try {
      const { integrity_check: verdict } = db.prepare("pragma integrity_check").get() ?? {};
      if (verdict !== "ok") return "the file is damaged";
      const tables = db.prepare("select name from sqlite_schema where name in ('keys', 'audit')").all();
      return tables.length === 2 ? null : "the file is no backup of virtual keys";
    } finally {
      db.close();
    }
  } catch (error) {
    return messageOf(error);
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
