import type { AccessRecord, KeyRecord, MemberRecord, TeamRecord, UserRecord } from "@rollcall/contract";

/** Who made it and who changed it last. Times are epoch milliseconds; a person is a user's id, a key's id, or `master_key`. */
export interface Stamps {
  readonly createdAt: number;
  readonly createdBy: string;
  readonly updatedAt: number;
  readonly updatedBy: string;
}

/** What people say of it. Nothing in the product acts on it. */
export interface Notes {
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly tags: readonly string[];
}

export interface KeyRow extends KeyRecord, Stamps, Notes {
  readonly alias: string | null;
  /** Of the secret, to be recognised by. */
  readonly lastFour: string;
}

export interface TeamRow extends TeamRecord, Stamps, Notes {
  readonly alias: string | null;
}

export interface UserRow extends UserRecord, Stamps, Notes {
  readonly alias: string | null;
  /** Unique, whatever its case. */
  readonly email: string | null;
}

export interface MemberRow extends MemberRecord, Stamps {}

/** What the store keeps: a record as gateways know it, and what people alone want to know. */
export type Row = KeyRow | TeamRow | UserRow | MemberRow;

export type RowKind = AccessRecord["kind"];

/** In the order in which they may be put: no row refers to a kind behind it. */
export const ROW_KINDS = ["team", "user", "member", "key"] as const satisfies readonly RowKind[];
