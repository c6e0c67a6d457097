import type { Dialect } from "@rollcall/contract";
import type { Context } from "hono";
import type { GatewayError } from "../errors/gateway-error.ts";
import type { GatewayEnv } from "./gateway-env.ts";
import { errorResponse } from "./send-error.ts";

/** JSON with the request's id. */
export function answer(c: Context<GatewayEnv>, body: object, status = 200): Response {
  return Response.json(body, { status, headers: { "x-request-id": c.get("requestId") } });
}

export function reject(c: Context<GatewayEnv>, failure: GatewayError): Response {
  c.set("failure", failure);
  return errorResponse(failure, {
    compat: c.get("compat"),
    dialect: dialectOf(c.req.header()),
    requestId: c.get("requestId"),
  });
}

/** Of what is no endpoint's: Anthropic's clients always send the version. */
function dialectOf(headers: Readonly<Record<string, string | undefined>>): Dialect {
  return headers["anthropic-version"] === undefined ? "openai" : "anthropic";
}
