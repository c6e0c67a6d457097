import type { Kind } from "@rollcall/contract";
import type { Load } from "./load.ts";
import type { Fault, ModelsReading, Outcome } from "./outcome.ts";

/** One question and what came of it, for people: no body, no host, no key. */
export interface ProbeExchange {
  /** Epoch milliseconds. */
  readonly at: number;
  readonly path: string;
  readonly outcome: string;
}

/** Did a token come in time that an idle engine was asked for? */
export type TokenReply = "came" | "none";

/** All that one probe has read of one backend, unjudged. */
export interface ProbeResult {
  readonly models: ModelsReading;
  /** Null until a model list was seen. */
  readonly kind: Kind | null;
  /** Served names as further fresh connections met them, where something looked like two servers on one port. */
  readonly otherNames: readonly (readonly string[])[];
  /** What a route that needs the key says against it, where the model list needs none. */
  readonly key: Fault | null;
  readonly health: Outcome | null;
  readonly load: Load | null;
  /** Null where none was asked for. */
  readonly token: TokenReply | null;
  readonly version: string | null;
  /** How far its clock is ahead, in milliseconds. */
  readonly skewMs: number | null;
  readonly exchanges: readonly ProbeExchange[];
  /** How long the model list took. */
  readonly durationMs: number;
}

/** Served names in one order, whatever the server's. */
export function namesOf({ models }: Pick<ProbeResult, "models">): readonly string[] | null {
  return models.kind === "models" ? models.cards.map(({ id }) => id).toSorted() : null;
}
