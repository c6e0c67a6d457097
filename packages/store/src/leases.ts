import type { Kysely } from "kysely";
import type { LeaseRow, LeaseRowName } from "./store.ts";
import type { Tables } from "./tables.ts";

/** Rows a statement: databases bound how many values one may have. */
const AT_ONCE = 500;

export async function loadLeases(db: Kysely<Tables>): Promise<readonly LeaseRow[]> {
  const rows = await db.selectFrom("leases").selectAll().execute();
  return rows.map(({ held, ...row }) => ({ ...row, held: JSON.parse(held) as LeaseRow["held"] }));
}

export function writeLeases(
  db: Kysely<Tables>,
  changed: readonly LeaseRow[],
  forgotten: readonly LeaseRowName[],
): Promise<void> {
  return db.transaction().execute(async (trx) => {
    for (const { scope, unit } of forgotten)
      await trx.deleteFrom("leases").where("scope", "=", scope).where("unit", "=", unit).execute();
    for (let from = 0; from < changed.length; from += AT_ONCE) {
      const values = changed
        .slice(from, from + AT_ONCE)
        .map(({ held, ...row }) => ({ ...row, held: JSON.stringify(held) }));
      await trx
        .insertInto("leases")
        .values(values)
        .onConflict((on) =>
          on.columns(["scope", "unit"]).doUpdateSet((set) => ({
            limit: set.ref("excluded.limit"),
            level: set.ref("excluded.level"),
            at: set.ref("excluded.at"),
            held: set.ref("excluded.held"),
          })),
        )
        .execute();
    }
  });
}
