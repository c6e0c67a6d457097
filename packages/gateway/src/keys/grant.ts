import type { Config, KeyRecord, MemberRecord, Principal, TeamRecord, UserRecord } from "@rollcall/contract";
import { isCurrent, keyFaultOf } from "@rollcall/policy";
import { GrantRules } from "./grant-rules.ts";
import type { KeyEntry, Slot } from "./key-entry.ts";

/** Why a key that is known opens nothing. */
export type KeyRefusal = "blocked_key" | "expired_key" | "unknown_key";

const REFUSALS = { blocked: "blocked_key", expired: "expired_key" } as const;

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

  /**
   * `now`: epoch milliseconds. `digest`: of the secret that was sent; null: none was now. A key of a team that is gone went
   * with it.
   */
  refusal(now: number, digest: string | null): KeyRefusal | null {
    const { record, team, user } = this;
    if (digest !== null && !opens(record, digest, now)) return "unknown_key";
    if (team !== null && team.record === null) return "unknown_key";
    const whose = { key: record, team: team?.record ?? null, user: user?.record ?? null };
    const fault = keyFaultOf(whose, now);
    return fault === null ? null : REFUSALS[fault.kind];
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

/** A secret that was replaced opens nothing from its last moment on. */
function opens({ hashes }: KeyRecord, digest: string, now: number): boolean {
  for (const hash of hashes) if (hash.digest === digest) return isCurrent(hash, now);
  return false;
}
