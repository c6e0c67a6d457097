import type { Context } from "hono";
import type { GatewayError } from "../errors/gateway-error.ts";
import type { GatewayEnv } from "./gateway-env.ts";
import { errorResponse } from "./send-error.ts";

/** JSON with the request's id. */
export function answer(c: Context<GatewayEnv>, body: object): Response {
  return Response.json(body, { headers: { "x-request-id": c.get("requestId") } });
}

export function reject(c: Context<GatewayEnv>, failure: GatewayError): Response {
  return errorResponse(failure, c.get("requestId"));
}
