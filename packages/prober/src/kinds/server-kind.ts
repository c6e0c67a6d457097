import type { ModelCard } from "../read/model-card.ts";
import type { ModelsReading, Outcome } from "../read/outcome.ts";
import type { HttpResponse, ProbeResponse } from "../read/probe-response.ts";

/** A model list, and the headers that it came with. */
export interface ModelList {
  readonly cards: readonly ModelCard[];
  readonly headers: HttpResponse["headers"];
}

/** All that the prober knows of one kind of server. Paths are below the root path, not the API's. */
export interface ServerKind {
  /** Words in an answer of 503 that say that it is still loading: they count before anybody knows the kind. */
  readonly loadingWords: RegExp | null;
  /** States of a card that is listed before its model is loaded. */
  readonly loadingStates: readonly string[];
  /** Where it says what it serves, if not in the API's own `/models`. */
  readonly ownList: OwnList | null;
  /** Routes that need the key, where the model list does not and so proves none: the first that is there counts. */
  readonly keyPaths: readonly string[];
  readonly health: HealthRoute | null;
  /** What stands at its `/metrics`. */
  readonly metrics: EngineMetrics | null;
  /** Where it tells its version without a key. */
  readonly versionPath: string | null;
  /** How it is found out which endpoints it has; null: nothing is asked, and all of them are taken to be there. */
  readonly routes: RouteSource | null;
  /** Is this its model list? Asked in the order of the kinds; the first that says so has it. */
  recognise(list: ModelList): boolean;
}

export type RouteSource =
  /** It lists its paths in an OpenAPI document. */
  | { readonly openApiPath: string }
  /** By requests that it refuses: it is known to check what it is asked before it does anything. */
  | "questions";

export interface OwnList {
  readonly path: string;
  /** Null where the answer is not of this kind. */
  read(response: ProbeResponse): ModelsReading | null;
}

export interface HealthRoute {
  readonly path: string;
  /** More time than other questions have, where the server generates before it answers. */
  readonly timeoutMs?: number;
  /** An answer with these words comes from a sleeping engine, whatever its status. */
  readonly asleep?: RegExp;
  /** What a wordless 503 means, if not a dead engine. `served`: did it serve since it was last away? */
  unavailable?(served: boolean, detail: string): Outcome;
}

/** The names of one engine's metrics, as they stand on the wire; of several the first one that is there counts. */
export interface EngineMetrics {
  readonly running: string;
  readonly waiting: string;
  /** 0 to 1. */
  readonly kvUsage: readonly string[];
  readonly preemptions: string | null;
  readonly succeeded: string | null;
  /** Counts the tokens that it generates. */
  readonly generated: string | null;
  /** All counters that move when the engine works. */
  readonly progress: readonly string[];
  /** One sample a state and engine, of which `sleep_state="awake"` is 1 or 0. */
  readonly sleepState?: string;
}

/** What most servers have in common: each kind says where it differs. */
export const OPENAI_COMPATIBLE: ServerKind = {
  loadingWords: null,
  loadingStates: ["loading", "downloading"],
  ownList: null,
  keyPaths: [],
  health: { path: "/health" },
  metrics: null,
  versionPath: null,
  routes: "questions",
  recognise: () => false,
};

/** For `recognise`: owners that only this kind writes into its cards. */
export function ownedBy(...owners: readonly string[]): ServerKind["recognise"] {
  return ({ cards }) => cards.some(({ owner }) => owner !== null && owners.includes(owner));
}

/** FastAPI's servers list their paths here, unless they are told not to. */
export const FASTAPI_ROUTES: RouteSource = { openApiPath: "/openapi.json" };
