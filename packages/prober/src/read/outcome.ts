import type { Kind, Reason, Served } from "@rollcall/contract";
import type { ModelCard } from "./model-card.ts";

/** What one probe says of one deployment, before history is asked. */
export type Outcome = Ready | Fault | Absent;

/** Serves the expected name and its engine is alive. */
export interface Ready {
  readonly kind: "ready";
  readonly found: readonly string[];
  readonly served: Served;
  /** When its process began, by our clock, in epoch milliseconds; absent where it does not tell. */
  readonly startedAt?: number;
}

/** Something is wrong that needs no history to be named. */
export interface Fault {
  readonly kind: "fault";
  readonly reason: Reason;
  readonly nameMatches: boolean | null;
  readonly found: readonly string[];
  readonly detail: string;
  /** What to do, where the evidence says more than the reason's own fix. */
  readonly fix?: string;
}

/** Does not serve yet, or no longer. A loading vLLM looks just like a dead one (bound, not listening): history tells them apart. */
export interface Absent {
  readonly kind: "absent";
  readonly detail: string;
  /** It answers, and says itself that it loads. */
  readonly saysLoading: boolean;
  /** The system refused the connection: nobody listens on its port. */
  readonly isRefused?: true;
}

/** What a model list says: the cards of what is served, or why there are none to be read. */
export type ModelsReading = ModelsRead | Fault | Absent;

export interface ModelsRead {
  readonly kind: "models";
  readonly cards: readonly ModelCard[];
  /** Where the list is one that only this kind of server has. */
  readonly server?: Kind;
  /** Where it was found, if not at the config's `apiPath`. */
  readonly apiPath?: string;
}

interface Evidence {
  readonly found?: readonly string[];
  readonly fix?: string | undefined;
}

export function fault(reason: Reason, detail: string, { found = [], fix }: Evidence = {}): Fault {
  return { kind: "fault", reason, nameMatches: null, found, detail, ...(fix !== undefined && { fix }) };
}

/** Nothing answers. */
export function absent(detail: string): Absent {
  return { kind: "absent", detail, saysLoading: false };
}

/** Nobody listens. */
export function refused(): Absent {
  return { ...absent("connection refused"), isRefused: true };
}

/** It answers that it loads. */
export function loading(detail: string): Absent {
  return { kind: "absent", detail, saysLoading: true };
}
