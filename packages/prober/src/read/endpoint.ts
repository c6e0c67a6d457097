import { readErrorBody, saysNoRoute } from "@rollcall/contract";
import type { HttpResponse } from "./probe-response.ts";

/**
 * Does an answer to an endpoint's probe say that the server does not have it? A complaint about what was asked (400, 422)
 * says that it has; a refused key, a fault or anything else proves nothing against it.
 */
export function lacksEndpoint({ status, body, truncated }: HttpResponse): boolean {
  return !truncated && saysNoRoute(status, body, readErrorBody(body));
}
