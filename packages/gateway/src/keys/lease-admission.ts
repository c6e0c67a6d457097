import type { Scope, Unit } from "@rollcall/contract";
import type { GatewayError } from "../errors/gateway-error.ts";
import type { Admission, Admitted } from "../pipeline/admit.ts";
import type { Cancelable } from "../pipeline/cancelable.ts";
import type { RequestContext } from "../pipeline/request-context.ts";
import type { Outcome, Reservation } from "../pipeline/reservation.ts";
import { grantOf } from "./grant.ts";
import type { GrantRules } from "./grant-rules.ts";
import type { LeaseHolder, LimitRefusal, Reserved, Tightest } from "@rollcall/ledger";
import { limitHeaders } from "./limit-headers.ts";

/** Counts what keys are refused for. */
export interface LimitObserver {
  limitRefused(scope: string, unit: Unit): void;
}

/** Takes from leases what a request needs in every scope of its key that has a limit. */
export class LeaseAdmission implements Admission {
  readonly #holder: LeaseHolder;
  readonly #observer: LimitObserver;

  constructor(holder: LeaseHolder, observer: LimitObserver) {
    this.#holder = holder;
    this.#observer = observer;
  }

  reserve(ctx: RequestContext, done: (result: Admitted) => void): Cancelable | null {
    const rules = grantOf(ctx.principal)?.rules(ctx.state.config);
    const demands = rules?.demands(ctx.alias);
    if (rules === undefined || demands === undefined || demands.length === 0) {
      // What stands in for it may be limited all the same.
      done(rules?.isLimitedByModel === true ? this.#holding(NOTHING_HELD, ctx.alias, rules) : null);
      return null;
    }
    return this.#holder.reserve(demands, (result) =>
      done(result.kind === "reserved" ? this.#holding([result], ctx.alias, rules) : this.#refuse(result)),
    );
  }

  #holding(held: readonly Reserved[], alias: string, rules: GrantRules): KeyReservation {
    return new KeyReservation({ holder: this.#holder, rules, alias, held });
  }

  #refuse(refusal: LimitRefusal): GatewayError {
    const { unit, limit } = refusal;
    const scope = scopeWord(refusal.scope);
    this.#observer.limitRefused(scope, unit);
    if (refusal.kind === "never_fits") return { kind: "never_fits", scope, unit, limit };
    const retryAfterSeconds = Math.min(60, Math.max(1, Math.ceil((refusal.retryAfterMs ?? 0) / 1_000)));
    return { kind: "rate_limited", scope, unit, limit, retryAfterSeconds };
  }
}

interface HeldForKey {
  readonly holder: LeaseHolder;
  readonly rules: GrantRules;
  readonly alias: string;
  readonly held: readonly Reserved[];
}

class KeyReservation implements Reservation {
  readonly #holder: LeaseHolder;
  readonly #rules: GrantRules;
  /** Of the alias that was meant, and then what fallbacks needed besides. */
  #held: readonly Reserved[];
  alias: string | null;
  #isSettled = false;

  constructor({ holder, rules, alias, held }: HeldForKey) {
    this.#holder = holder;
    this.#rules = rules;
    this.alias = alias;
    this.#held = held;
  }

  addHeaders(headers: Record<string, string>): void {
    let tightest: Tightest | null = null;
    for (const one of this.#held) {
      const found = one.tightest("requests");
      if (found !== null && (tightest === null || isTighter(found, tightest))) tightest = found;
    }
    limitHeaders(headers, this.#rules.rpm, tightest);
  }

  moveTo(alias: string, done: (fits: boolean) => void): Cancelable | null {
    const demands = this.#rules.demands(alias);
    const held = this.#held;
    for (const one of held) one.keepOnly(demands);
    const missing = demands.filter(({ scope }) => !held.some((one) => one.holds(scope)));
    this.alias = null;
    if (missing.length === 0) {
      this.alias = alias;
      done(true);
      return null;
    }
    return this.#holder.reserve(missing, (result) => {
      if (result.kind === "reserved") {
        if (this.#isSettled) result.settle("unused");
        else this.#held = [...this.#held, result];
        this.alias = alias;
      }
      done(result.kind === "reserved");
    });
  }

  settle(outcome: Outcome): void {
    this.#isSettled = true;
    for (const one of this.#held) one.settle(outcome);
  }
}

const NOTHING_HELD: readonly Reserved[] = [];

function isTighter(one: Tightest, other: Tightest): boolean {
  return one.remaining * other.limit < other.remaining * one.limit;
}

/** LiteLLM's words for whose limit it is. */
const WORDS: Readonly<Record<string, string>> = {
  global: "global",
  model: "model",
  team: "team",
  member: "team_member",
  user: "user",
  key: "api_key",
};

/** Of `key:ID` "api_key"; of `key:ID/model:ALIAS` "model_per_key". No id is in it. */
export function scopeWord(scope: Scope): string {
  const kind = scope.split(":", 1)[0] ?? "";
  const word = WORDS[kind] ?? kind;
  if (kind === "model" || !scope.includes("/model:")) return word;
  return `model_per_${kind === "key" ? "key" : word}`;
}
