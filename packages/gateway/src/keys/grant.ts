import type {
  Config,
  KeyHash,
  KeyRecord,
  MemberRecord,
  Principal,
  TeamRecord,
  UserRecord,
} from "@rollcall/contract";
import { GrantRules } from "./grant-rules.ts";
import type { KeyEntry, Slot } from "./key-entry.ts";

/** Why a key that is known opens nothing. */
export type KeyRefusal = "blocked_key" | "expired_key" | "unknown_key";

/** Who asks with a virtual key. What it may do is worked out with its first request, and again after a change. */
export class Grant implements Principal, KeyEntry {
  readonly kind = "key";
  readonly record: KeyRecord;
  readonly team: Slot<TeamRecord> | null;
  readonly user: Slot<UserRecord> | null;
  readonly member: Slot<MemberRecord> | null;
  #rules: GrantRules | null = null;

  constructor({ record, team, user, member }: KeyEntry) {
    this.record = record;
    this.team = team;
    this.user = user;
    this.member = member;
  }

  get id(): string {
    return this.record.id;
  }

  /** `now`: epoch milliseconds. A key of a team that is gone went with it. */
  refusal(now: number, hash: KeyHash | null): KeyRefusal | null {
    const { record, team, user } = this;
    if (hash !== null && hash.until !== null && hash.until <= now) return "unknown_key";
    if (team !== null && team.record === null) return "unknown_key";
    if (record.blocked || team?.record?.blocked === true || user?.record?.blocked === true)
      return "blocked_key";
    return record.expiresAt !== null && record.expiresAt <= now ? "expired_key" : null;
  }

  /** By the records and the config of now. */
  rules(config: Config): GrantRules {
    let rules = this.#rules;
    if (rules === null || !rules.isOf(this, config)) this.#rules = rules = new GrantRules(this, config);
    return rules;
  }
}

/** Null for those that may do everything. */
export function grantOf(principal: Principal): Grant | null {
  return principal instanceof Grant ? principal : null;
}
