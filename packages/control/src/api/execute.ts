import type { AuditEntry, Change, Row, RowKind } from "@rollcall/store";
import type { Directory } from "../directory/directory.ts";
import type { Decision } from "./call.ts";

/** Whose change it is, for the audit log. */
export interface Author {
  readonly actor: string;
  /** `POST /key/generate` */
  readonly action: string;
  readonly at: number;
  readonly requestId: string | null;
}

/** A decision with what the audit log says of it: each row that it touches, before and after. Nothing changes unseen. */
export function changeOf(
  { put = [], removed = [] }: Decision,
  { directory, author }: { readonly directory: Directory; readonly author: Author },
): Change {
  const entry = (kind: RowKind, id: string, after: Row | null): AuditEntry => ({
    ...author,
    objectKind: kind,
    objectId: id,
    before: withoutSecrets(directory.row({ kind, id })),
    after: withoutSecrets(after),
  });
  return {
    put,
    removed,
    audit: [
      ...removed.map(({ kind, id }) => entry(kind, id, null)),
      ...put.map((row) => entry(row.kind, row.id, row)),
    ],
  };
}

/** Not even digests: what can be guessed from them is guessed elsewhere. How many secrets it has, and until when, is told. */
function withoutSecrets(row: Row | null): unknown {
  if (row?.kind !== "key") return row;
  const { hashes, ...rest } = row;
  return { ...rest, secrets: hashes.map(({ method, until }) => ({ method, until })) };
}
