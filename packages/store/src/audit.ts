import { createHash } from "node:crypto";
import type { RowKind } from "./rows.ts";

/** One change, as the audit log keeps it. No secret and no digest of one stands in it. */
export interface AuditEntry {
  /** Epoch milliseconds. */
  readonly at: number;
  /** `master_key`, a user's id or a key's id. */
  readonly actor: string;
  /** The route that was called, or a word for what was done on the command line: `POST /key/generate`, `restore`. */
  readonly action: string;
  readonly objectKind: RowKind | "store";
  readonly objectId: string;
  /** The row before and after; null: there was none, or is none any more. */
  readonly before: unknown;
  readonly after: unknown;
  /** The id of the request; null where there was none. */
  readonly requestId: string | null;
}

/** Times, ids and digests as they are written. Each entry's digest covers the one before it. */
export interface WrittenAuditEntry extends AuditEntry {
  /** From 1, without a gap. */
  readonly sequence: number;
  readonly previous: string;
  readonly digest: string;
}

/** What the first entry follows. */
export const CHAIN_START = "0".repeat(64);

/** SHA-256 in hex of an entry and what it follows. `before` and `after` are the texts that are stored. */
export function auditDigest(
  entry: Omit<WrittenAuditEntry, "digest" | "before" | "after"> & {
    readonly before: string | null;
    readonly after: string | null;
  },
): string {
  const { sequence, at, actor, action, objectKind, objectId, before, after, requestId, previous } = entry;
  const parts = [sequence, at, actor, action, objectKind, objectId, before, after, requestId, previous];
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex");
}

/** `brokenAt`: the first entry that is not as it was written, or follows one that is gone; null where all are. */
export interface AuditCheck {
  readonly entries: number;
  readonly brokenAt: number | null;
  /** Digest of the last entry: kept elsewhere, it shows that the end was not cut off. */
  readonly head: string;
}
