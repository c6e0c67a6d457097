import type { IncomingMessage } from "node:http";
import { KEY_HEADERS } from "@rollcall/runtime";
import type { Context, MiddlewareHandler } from "hono";
import { receiveBody } from "../body/receive-body.ts";
import type { GatewayError } from "../errors/gateway-error.ts";
import type { Services } from "../main/services.ts";
import { explainBody, unreadEncoding } from "../pipeline/receive.ts";
import { reject } from "../server/answers.ts";
import type { GatewayEnv } from "../server/gateway-env.ts";
import { isAdminPath } from "./admin-paths.ts";

/** More is no key and no team. */
const MAX_BODY_BYTES = 1024 * 1024;

/** Beside the caller's credential: what control reads. */
const PASSED = ["accept", "content-type", "host", "litellm-changed-by", "origin", "user-agent"];

/** What control says of its answer. */
const RETURNED = [
  "cache-control",
  "content-type",
  "retry-after",
  "www-authenticate",
  "allow",
  "x-rollcall-ignored-fields",
];

/**
 * Hands what is for control on to it, with the caller's own credential: control asks for it itself, and the gateway vouches
 * for nothing. Never for pages of other sites.
 */
export function adminDoor(services: Services): MiddlewareHandler<GatewayEnv> {
  const { control, state } = services;
  return async (c, next) => {
    if (control === null || !isAdminPath(c.req.path)) return next();
    if (state.get().config.control.adminRoutes !== "gateway")
      return reject(c, { kind: "no_route", method: c.req.method, path: c.req.path });
    const body = await readBody(c.env.incoming, services);
    if (!Buffer.isBuffer(body) && body !== null) return reject(c, body);
    const { incoming } = c.env;
    try {
      const answer = await control.ask({
        method: c.req.method,
        target: incoming.url ?? c.req.path,
        headers: headersFor(c, state.get().config.keyHeader),
        body,
      });
      const headers = new Headers({ "x-request-id": c.get("requestId") });
      for (const name of RETURNED) {
        const value = answer.headers[name];
        if (typeof value === "string") headers.set(name, value);
      }
      return new Response(hasBody(answer.status) ? new Uint8Array(answer.body) : null, {
        status: answer.status,
        headers,
      });
    } catch {
      return reject(c, { kind: "control_unavailable" });
    }
  };
}

function hasBody(status: number): boolean {
  return status !== 204 && status !== 304;
}

/** Control throttles by the address, which is not this process's. What a caller says of it itself is not passed on. */
function headersFor(c: Context<GatewayEnv>, keyHeader: string | null): Record<string, string> {
  const { incoming } = c.env;
  const own = keyHeader === null ? [] : [keyHeader];
  const headers: Record<string, string> = {
    "x-request-id": c.get("requestId"),
    "x-forwarded-for": incoming.socket.remoteAddress ?? "",
  };
  for (const name of [...own, ...KEY_HEADERS, ...PASSED]) {
    const value = incoming.headers[name];
    if (typeof value === "string") headers[name] = value;
  }
  return headers;
}

/** Null where there is none. */
function readBody(incoming: IncomingMessage, services: Services): Promise<Buffer | GatewayError | null> {
  const { "content-length": length, "transfer-encoding": coding } = incoming.headers;
  if (length === undefined && coding === undefined) return Promise.resolve(null);
  const encoding = unreadEncoding(incoming);
  if (encoding !== null) return Promise.resolve({ kind: "unsupported_encoding", found: encoding });
  const { bodies, deadlines } = services;
  const hold = bodies.open(incoming.socket.remoteAddress ?? "");
  return new Promise((resolve) => {
    receiveBody(
      incoming,
      { maxBytes: MAX_BODY_BYTES, hold, deadlines },
      {
        onBody: (bytes) => {
          hold.release();
          resolve(bytes);
        },
        onBodyFailed: (failure) => resolve(explainBody(failure)),
      },
    );
  });
}
