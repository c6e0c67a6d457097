import type { Scope, Unit } from "@rollcall/contract";
import type { GatewayError } from "../errors/gateway-error.ts";
import type { Admission, Admitted } from "../pipeline/admit.ts";
import type { Cancelable } from "../pipeline/cancelable.ts";
import type { RequestContext } from "../pipeline/request-context.ts";
import type { Outcome, Reservation } from "../pipeline/reservation.ts";
import { grantOf, type Grant } from "./grant.ts";
import type { LeaseHolder, LimitRefusal, Reserved } from "@rollcall/ledger";
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
    const grant = grantOf(ctx.principal);
    const demands = grant?.rules(ctx.state.config).demands(ctx.alias);
    if (grant === null || demands === undefined || demands.length === 0) {
      done(null);
      return null;
    }
    return this.#holder.reserve(demands, (result) =>
      done(result.kind === "reserved" ? new KeyReservation(result, grant) : this.#refuse(result)),
    );
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

class KeyReservation implements Reservation {
  readonly #reserved: Reserved;
  readonly #grant: Grant;

  constructor(reserved: Reserved, grant: Grant) {
    this.#reserved = reserved;
    this.#grant = grant;
  }

  addHeaders(headers: Record<string, string>): void {
    limitHeaders(headers, this.#grant.record.limits.rpm, this.#reserved.tightest("requests"));
  }

  settle(outcome: Outcome): void {
    this.#reserved.settle(outcome);
  }
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
