import { listensOnlyHere } from "@rollcall/contract";
import { ExpectedKey, sentKey, type KeyHeaders } from "@rollcall/runtime";
import type { Context, MiddlewareHandler } from "hono";
import type { ProberHttp } from "./context.ts";

/**
 * Hosts and served names are for operators: on loopback anybody may read them, bound wider they need the master key.
 * Null allows; a text refuses.
 */
export function mayReadDetails(
  headers: KeyHeaders,
  { host, settings }: Pick<ProberHttp, "host" | "settings">,
): string | null {
  if (listensOnlyHere(host)) return null;
  const { config, secrets } = settings.get();
  const key = secrets.value(config.masterKey);
  if (key === null)
    return "details are refused on this address: set general_settings.master_key and send it as a Bearer token";
  const sent = sentKey(headers);
  return sent !== null && new ExpectedKey(key).matches(sent)
    ? null
    : "details need the master key as a Bearer token";
}

export function keyHeaders({ req }: Context): KeyHeaders {
  return { authorization: req.header("authorization"), "x-api-key": req.header("x-api-key") };
}

/** For routes that tell them: 401 where they may not be read. */
export function detailsOnly(http: ProberHttp): MiddlewareHandler {
  return async (c, next) => {
    const refusal = mayReadDetails(keyHeaders(c), http);
    return refusal === null ? next() : c.json({ error: refusal }, 401);
  };
}
