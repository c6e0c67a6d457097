import type { Result, Scope, Unit } from "@rollcall/contract";
import type { AuditCheck, AuditEntry, WrittenAuditEntry } from "./audit.ts";
import type { KeyRow, Row, RowKind, TeamRow, UserRow } from "./rows.ts";

/** What is written as one: all of it or nothing. */
export interface Change {
  /** Rows that are new or replace those of the same id. */
  readonly put: readonly Row[];
  /** A key that is removed is archived: its secret opens nothing and its alias is free. */
  readonly removed: readonly RowName[];
  readonly audit: readonly AuditEntry[];
}

export interface RowName {
  readonly kind: RowKind;
  readonly id: string;
}

/** A part of all rows of one kind. */
export interface Slice {
  /** JSON of an array of rows: between threads a text is a tenth of the work that objects are. */
  readonly json: string;
  /** To be asked for next; null at the end. */
  readonly next: string | null;
}

export interface Page<Item> {
  readonly items: readonly Item[];
  readonly total: number;
}

interface Paging {
  /** From 1. */
  readonly page: number;
  readonly size: number;
  readonly descending: boolean;
}

export type KeySort = "created_at" | "updated_at" | "expires" | "key_alias" | "user_id" | "team_id";

/** Keys that fulfil all of it; null asks for nothing. */
export interface KeyQuery extends Paging {
  readonly sort: KeySort;
  /** Only keys of this user, of one of these teams, or this one: what the caller may see. */
  readonly seenBy: {
    readonly user: string | null;
    readonly teams: readonly string[];
    readonly key: string | null;
  } | null;
  /** Only those that have an alias. */
  readonly named: boolean;
  readonly user: string | null;
  readonly team: string | null;
  readonly id: string | null;
  readonly alias: string | null;
  /** Part of an alias or id. */
  readonly search: string | null;
  readonly status: "active" | "expired" | "revoked" | "deleted" | null;
  /** Epoch milliseconds, by which expiry is judged. */
  readonly now: number;
}

export interface TeamQuery extends Paging {
  /** Only these; null: all. */
  readonly ids: readonly string[] | null;
  readonly alias: string | null;
}

export interface UserQuery extends Paging {
  readonly ids: readonly string[] | null;
  readonly role: string | null;
  /** Part of an email. */
  readonly email: string | null;
}

export interface CountedUser {
  readonly user: UserRow;
  readonly keys: number;
}

export interface AuditQuery extends Paging {
  readonly actor: string | null;
  readonly objectId: string | null;
}

/** What the ledger knows of one scope, as it wrote it last. */
export interface LeaseRow {
  readonly scope: Scope;
  readonly unit: Unit;
  readonly limit: number;
  readonly level: number;
  /** Epoch milliseconds. */
  readonly at: number;
  /** By holder. */
  readonly held: Readonly<Record<string, number>>;
}

export type LeaseRowName = Pick<LeaseRow, "scope" | "unit">;

/**
 * Where keys, teams, users, members and the audit log are kept. One process writes. What a method resolved with has
 * outlived the process. Rejects where the database cannot be used; the change was then not made.
 */
export interface Store {
  /** `after`: as the slice before it said; null for the first. */
  load(kind: RowKind, after: string | null): Promise<Slice>;
  /** All of them together, each with its audit entries. */
  commit(changes: readonly Change[]): Promise<void>;
  listKeys(query: KeyQuery): Promise<Page<KeyRow>>;
  listTeams(query: TeamQuery): Promise<Page<TeamRow>>;
  listUsers(query: UserQuery): Promise<Page<CountedUser>>;
  listAudit(query: AuditQuery): Promise<Page<WrittenAuditEntry>>;
  checkAudit(): Promise<AuditCheck>;
  loadLeases(): Promise<readonly LeaseRow[]>;
  writeLeases(changed: readonly LeaseRow[], forgotten: readonly LeaseRowName[]): Promise<void>;
  /** Writes a copy of the whole to a file that is not there yet, readable by its owner alone. */
  backup(file: string): Promise<void>;
  /** Goes on with what a backup holds; says why where it cannot, and nothing has changed then. */
  restore(file: string): Promise<Result<null, string>>;
  close(): Promise<void>;
}
