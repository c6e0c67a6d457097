import { ENDPOINTS, type Endpoint } from "@rollcall/contract";
import { compileNamePaths, type NamePaths } from "../upstream/transform/name-paths.ts";

/** Where an endpoint's answers repeat the model's name, ready to be looked for. */
export interface NamePlaces {
  readonly body: NamePaths;
  readonly events: NamePaths;
}

const COMPILED = new Map(ENDPOINTS.map((endpoint) => [endpoint, compile(endpoint)]));

export function namePlacesOf(endpoint: Endpoint): NamePlaces {
  return COMPILED.get(endpoint) ?? compile(endpoint);
}

function compile({ response }: Endpoint): NamePlaces {
  return { body: compileNamePaths(response.model), events: compileNamePaths(response.events?.model ?? []) };
}
