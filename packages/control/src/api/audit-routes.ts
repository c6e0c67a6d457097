import { generalRelation, may } from "../access/permissions.ts";
import { numberIn } from "../objects/look-at-keys.ts";
import { textIn } from "./body.ts";
import type { Call, Reading } from "./call.ts";
import { forbidden } from "./refusal.ts";
import type { AdminRoute } from "./route.ts";
import { NAME, ORDER, PAGE, PAGE_SIZE } from "./schemas.ts";

const SIZE = 50;

/** Who did what, when. */
export const AUDIT_ROUTES: readonly AdminRoute[] = [
  {
    method: "GET",
    path: "/audit",
    summary: "Changes, the latest first.",
    query: { page: PAGE, page_size: PAGE_SIZE, sort_order: ORDER, changed_by: NAME, object_id: NAME },
    decide: listAudit,
  },
  {
    method: "GET",
    path: "/audit/verify",
    summary: "Is every entry as it was written, and is none of them gone?",
    decide: verifyAudit,
  },
];

async function listAudit(call: Call): Promise<Reading> {
  const { query, world } = call;
  if (!isAllowed(call)) return forbidden("the audit log is for admins to read");
  const [page, size] = [numberIn(query, "page", 1), numberIn(query, "page_size", SIZE)];
  const { items, total } = await world.store.listAudit({
    page,
    size,
    descending: textIn(query, "sort_order") !== "asc",
    actor: textIn(query, "changed_by"),
    objectId: textIn(query, "object_id"),
  });
  const audit_logs = items.map((entry) => ({
    sequence: entry.sequence,
    updated_at: new Date(entry.at).toISOString(),
    changed_by: entry.actor,
    action: entry.action,
    object_kind: entry.objectKind,
    object_id: entry.objectId,
    before_value: entry.before,
    updated_values: entry.after,
    request_id: entry.requestId,
    digest: entry.digest,
  }));
  return { answer: { audit_logs, total, page, page_size: size, total_pages: Math.ceil(total / size) } };
}

async function verifyAudit(call: Call): Promise<Reading> {
  if (!isAllowed(call)) return forbidden("the audit log is for admins to read");
  const { brokenAt, entries, head } = await call.world.store.checkAudit();
  return { answer: { intact: brokenAt === null, entries, broken_at: brokenAt, head } };
}

function isAllowed({ caller }: Call): boolean {
  return may(generalRelation(caller) ?? "none", "read", "audit");
}
