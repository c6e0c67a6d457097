import type { Unit } from "@rollcall/contract";

/** The tables, as kysely knows them. Booleans are 0 and 1, times epoch milliseconds, `body` JSON of what nobody searches by. */
export interface Tables {
  readonly keys: KeyTable;
  readonly key_hashes: KeyHashTable;
  readonly teams: TeamTable;
  readonly users: UserTable;
  readonly members: MemberTable;
  readonly audit: AuditTable;
  readonly leases: LeaseTable;
}

export interface KeyTable {
  readonly id: string;
  readonly alias: string | null;
  readonly team_id: string | null;
  readonly user_id: string | null;
  readonly blocked: number;
  readonly expires_at: number | null;
  readonly created_at: number;
  readonly updated_at: number;
  /** Null: in use. */
  readonly archived_at: number | null;
  readonly body: string;
}

export interface KeyHashTable {
  readonly digest: string;
  readonly key_id: string;
}

export interface TeamTable {
  readonly id: string;
  readonly alias: string | null;
  readonly created_at: number;
  readonly updated_at: number;
  readonly body: string;
}

export interface UserTable {
  readonly id: string;
  /** In lower case. */
  readonly email: string | null;
  readonly role: string;
  readonly created_at: number;
  readonly updated_at: number;
  readonly body: string;
}

export interface MemberTable {
  /** As records have it: `<team>/<user>`. */
  readonly id: string;
  readonly team_id: string;
  readonly user_id: string;
  readonly body: string;
}

export interface AuditTable {
  readonly sequence: number;
  readonly at: number;
  readonly actor: string;
  readonly action: string;
  readonly object_kind: string;
  readonly object_id: string;
  readonly before: string | null;
  readonly after: string | null;
  readonly request_id: string | null;
  readonly previous: string;
  readonly digest: string;
}

export interface LeaseTable {
  readonly scope: string;
  readonly unit: Unit;
  readonly limit: number;
  readonly level: number;
  readonly at: number;
  /** JSON. */
  readonly held: string;
}
