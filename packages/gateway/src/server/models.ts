import type { RoutingState } from "../routing-state.ts";

/** One entry of `GET /v1/models`, as OpenAI shapes it. */
export interface ModelCard {
  readonly id: string;
  readonly object: "model";
  /** Seconds since the epoch. */
  readonly created: number;
  readonly owned_by: string;
}

/** The aliases of the config, whether they can be served now or not: what is listed does not depend on the moment. */
export function listModels({ table }: RoutingState, created: number): { object: "list"; data: ModelCard[] } {
  return { object: "list", data: table.listed.map((id) => card(id, created)) };
}

export function findModel({ table }: RoutingState, id: string, created: number): ModelCard | null {
  return table.targets.has(id) ? card(id, created) : null;
}

function card(id: string, created: number): ModelCard {
  return { id, object: "model", created, owned_by: "rollcall" };
}
