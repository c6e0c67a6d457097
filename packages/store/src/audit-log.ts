import type { Kysely, Transaction } from "kysely";
import {
  auditDigest,
  CHAIN_START,
  type AuditCheck,
  type AuditEntry,
  type WrittenAuditEntry,
} from "./audit.ts";
import type { AuditQuery, Page } from "./store.ts";
import type { Statements } from "./statements.ts";
import type { AuditTable, Tables } from "./tables.ts";

/** Entries that are read at once while the chain is checked. */
const SLICE = 1_000;

/** Appends them, each with the digest of the one before it. */
export async function writeAudit(
  trx: Transaction<Tables>,
  entries: readonly AuditEntry[],
  { audit }: Pick<Statements, "audit">,
): Promise<void> {
  if (entries.length === 0) return;
  const last = await trx
    .selectFrom("audit")
    .select(["sequence", "digest"])
    .orderBy("sequence", "desc")
    .limit(1)
    .executeTakeFirst();
  let { sequence, digest } = last ?? { sequence: 0, digest: CHAIN_START };
  for (const entry of entries) {
    sequence += 1;
    const columns = columnsOf(entry, { sequence, previous: digest });
    ({ digest } = columns);
    await audit(trx, columns);
  }
}

function columnsOf(
  entry: AuditEntry,
  link: { readonly sequence: number; readonly previous: string },
): AuditTable {
  const { at, actor, action, objectKind, objectId, requestId } = entry;
  const [before, after] = [textOf(entry.before), textOf(entry.after)];
  return {
    ...link,
    at,
    actor,
    action,
    object_kind: objectKind,
    object_id: objectId,
    before,
    after,
    request_id: requestId,
    digest: auditDigest({ ...entry, ...link, before, after }),
  };
}

function textOf(value: unknown): string | null {
  return value === null ? null : JSON.stringify(value);
}

function entryIn(columns: AuditTable): WrittenAuditEntry {
  const { sequence, at, actor, action, previous, digest } = columns;
  return {
    sequence,
    at,
    actor,
    action,
    objectKind: columns.object_kind as AuditEntry["objectKind"],
    objectId: columns.object_id,
    before: columns.before === null ? null : JSON.parse(columns.before),
    after: columns.after === null ? null : JSON.parse(columns.after),
    requestId: columns.request_id,
    previous,
    digest,
  };
}

export async function listAudit(db: Kysely<Tables>, query: AuditQuery): Promise<Page<WrittenAuditEntry>> {
  const { actor, objectId, page, size, descending } = query;
  let found = db.selectFrom("audit");
  if (actor !== null) found = found.where("actor", "=", actor);
  if (objectId !== null) found = found.where("object_id", "=", objectId);
  const { total } = await found
    .select(({ fn }) => fn.countAll<number>().as("total"))
    .executeTakeFirstOrThrow();
  const items = await found
    .selectAll()
    .orderBy("sequence", descending ? "desc" : "asc")
    .limit(size)
    .offset((page - 1) * size)
    .execute();
  return { items: items.map(entryIn), total };
}

/** Reads the whole log and computes every digest again. */
export async function checkChain(db: Kysely<Tables>): Promise<AuditCheck> {
  let head = CHAIN_START;
  let entries = 0;
  for (;;) {
    const slice = await db
      .selectFrom("audit")
      .selectAll()
      .where("sequence", ">", entries)
      .orderBy("sequence")
      .limit(SLICE)
      .execute();
    for (const columns of slice) {
      if (!isLink(columns, { sequence: entries + 1, previous: head }))
        return { entries, brokenAt: entries + 1, head };
      entries += 1;
      head = columns.digest;
    }
    if (slice.length < SLICE) return { entries, brokenAt: null, head };
  }
}

function isLink(
  columns: AuditTable,
  { sequence, previous }: { readonly sequence: number; readonly previous: string },
): boolean {
  if (columns.sequence !== sequence || columns.previous !== previous) return false;
  const { before, after } = columns;
  const { before: _before, after: _after, ...entry } = { ...columns, ...NAMES(columns) };
  return columns.digest === auditDigest({ ...entry, before, after });
}

const NAMES = (columns: AuditTable) => ({
  objectKind: columns.object_kind as AuditEntry["objectKind"],
  objectId: columns.object_id,
  requestId: columns.request_id,
});
