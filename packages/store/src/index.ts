export type { AuditCheck, AuditEntry, WrittenAuditEntry } from "./audit.ts";
export {
  ROW_KINDS,
  type KeyRow,
  type MemberRow,
  type Notes,
  type Row,
  type RowKind,
  type Stamps,
  type TeamRow,
  type UserRow,
} from "./rows.ts";
export { SqliteStore } from "./sqlite/sqlite-store.ts";
export { SqliteThread } from "./sqlite/sqlite-thread.ts";
export type {
  AuditQuery,
  Change,
  CountedUser,
  KeyQuery,
  KeySort,
  LeaseRow,
  LeaseRowName,
  Page,
  RowName,
  Slice,
  Store,
  TeamQuery,
  UserQuery,
} from "./store.ts";
