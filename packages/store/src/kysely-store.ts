import type { Kysely, Transaction } from "kysely";
import type { AuditCheck, WrittenAuditEntry } from "./audit.ts";
import { checkChain, listAudit, writeAudit } from "./audit-log.ts";
import { loadLeases, writeLeases } from "./leases.ts";
import { listKeys } from "./list-keys.ts";
import { listTeams, listUsers } from "./list-owners.ts";
import { COLUMNS, TABLE_OF } from "./row-columns.ts";
import type { KeyRow, Row, RowKind, TeamRow } from "./rows.ts";
import type {
  AuditQuery,
  Change,
  CountedUser,
  KeyQuery,
  LeaseRow,
  LeaseRowName,
  Page,
  RowName,
  Slice,
  Store,
  TeamQuery,
  UserQuery,
} from "./store.ts";
import { compileStatements, type Statements } from "./statements.ts";
import type { Tables } from "./tables.ts";

/** Rows a slice: so many are printed and sent at once while a store is loaded. */
const SLICE = 500;

/** All of a store that is the same for every database. */
export class KyselyStore implements Omit<Store, "backup" | "restore"> {
  readonly #db: Kysely<Tables>;
  readonly #statements: Statements;

  constructor(db: Kysely<Tables>) {
    this.#db = db;
    this.#statements = compileStatements(db);
  }

  async load(kind: RowKind, after: string | null): Promise<Slice> {
    const found = await this.#slice(kind, after ?? "");
    return {
      json: `[${found.map(({ body }) => body).join(",")}]`,
      next: found.length < SLICE ? null : (found.at(-1)?.id ?? null),
    };
  }

  #slice(kind: RowKind, after: string): Promise<readonly { id: string; body: string }[]> {
    if (kind === "key")
      return this.#db
        .selectFrom("keys")
        .select(["id", "body"])
        .where("archived_at", "is", null)
        .where("id", ">", after)
        .orderBy("id")
        .limit(SLICE)
        .execute();
    return this.#db
      .selectFrom(TABLE_OF[kind])
      .select(["id", "body"])
      .where("id", ">", after)
      .orderBy("id")
      .limit(SLICE)
      .execute();
  }

  commit(changes: readonly Change[]): Promise<void> {
    return this.#db.transaction().execute(async (trx) => {
      for (const change of changes) {
        // Those that refer to others go before them, and come after them.
        for (const name of change.removed) await remove(trx, name, change);
        for (const row of change.put) await put(trx, row, this.#statements);
      }
      await writeAudit(
        trx,
        changes.flatMap(({ audit }) => audit),
        this.#statements,
      );
    });
  }

  listKeys(query: KeyQuery): Promise<Page<KeyRow>> {
    return listKeys(this.#db, query);
  }

  listTeams(query: TeamQuery): Promise<Page<TeamRow>> {
    return listTeams(this.#db, query);
  }

  listUsers(query: UserQuery): Promise<Page<CountedUser>> {
    return listUsers(this.#db, query);
  }

  listAudit(query: AuditQuery): Promise<Page<WrittenAuditEntry>> {
    return listAudit(this.#db, query);
  }

  checkAudit(): Promise<AuditCheck> {
    return checkChain(this.#db);
  }

  loadLeases(): Promise<readonly LeaseRow[]> {
    return loadLeases(this.#db);
  }

  writeLeases(changed: readonly LeaseRow[], forgotten: readonly LeaseRowName[]): Promise<void> {
    return writeLeases(this.#db, changed, forgotten);
  }

  async close(): Promise<void> {
    await this.#db.destroy();
  }
}

async function put(trx: Transaction<Tables>, row: Row, statements: Statements): Promise<void> {
  switch (row.kind) {
    case "key":
      await statements.keys(trx, COLUMNS.key(row));
      await statements.dropHashes(trx, row.id);
      for (const { digest } of row.hashes) await statements.hash(trx, { digest, key_id: row.id });
      return;
    case "team":
      await statements.teams(trx, COLUMNS.team(row));
      return;
    case "user":
      await statements.users(trx, COLUMNS.user(row));
      return;
    case "member":
      await statements.members(trx, COLUMNS.member(row));
  }
}

async function remove(trx: Transaction<Tables>, { kind, id }: RowName, { audit }: Change): Promise<void> {
  if (kind !== "key") {
    await trx.deleteFrom(TABLE_OF[kind]).where("id", "=", id).execute();
    return;
  }
  await trx.deleteFrom("key_hashes").where("key_id", "=", id).execute();
  await trx
    .updateTable("keys")
    .set({ archived_at: audit[0]?.at ?? 0 })
    .where("id", "=", id)
    .execute();
}
