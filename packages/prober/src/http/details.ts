import { createHash, timingSafeEqual } from "node:crypto";
import { listensOnlyHere } from "@rollcall/contract";
import type { MiddlewareHandler } from "hono";
import type { ProberHttp } from "./context.ts";

/**
 * Hosts and served names are for operators: on loopback anybody may read them, bound wider they need the master key.
 * Null allows; a text refuses.
 */
export function mayReadDetails(
  authorization: string | undefined,
  { host, settings }: Pick<ProberHttp, "host" | "settings">,
): string | null {
  if (listensOnlyHere(host)) return null;
  const { config, secrets } = settings.get();
  const key = secrets.value(config.masterKey);
  if (key === null)
    return "details are refused on this address: set general_settings.master_key and send it as a Bearer token";
  const sent = authorization?.replace(/^Bearer\s+/i, "") ?? "";
  return timingSafeEqual(sha256(sent), sha256(key)) ? null : "details need the master key as a Bearer token";
}

/** For routes that tell them: 401 where they may not be read. */
export function detailsOnly(http: ProberHttp): MiddlewareHandler {
  return async (c, next) => {
    const refusal = mayReadDetails(c.req.header("authorization"), http);
    return refusal === null ? next() : c.json({ error: refusal }, 401);
  };
}

function sha256(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
