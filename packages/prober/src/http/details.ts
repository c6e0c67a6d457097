import { findForeignVisit, listensOnlyHere, type VisitHeaders } from "@rollcall/contract";
import { ExpectedKeys, sentKey, type KeyHeaders } from "@rollcall/runtime";
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
  return listensOnlyHere(host)
    ? null
    : refuseWithoutKey("details", { ...headers, ...passwordOf(headers) }, settings);
}

/**
 * A browser's sign-in as a key: it sends no Bearer token. Only for what is read: it goes out with requests that pages of
 * others make, too.
 */
function passwordOf({ authorization }: KeyHeaders): KeyHeaders {
  const basic =
    typeof authorization === "string" ? /^Basic +([A-Za-z0-9+/=]+) *$/i.exec(authorization)?.[1] : undefined;
  if (basic === undefined) return {};
  const [, password] = /^[^:]*:([\x21-\x7e]+)$/.exec(Buffer.from(basic, "base64").toString("latin1")) ?? [];
  return password === undefined ? {} : { authorization: `Bearer ${password}` };
}

/** What changes something needs the master key wherever there is one, and without one comes from this machine. */
function mayOrder(
  headers: KeyHeaders,
  { host, settings }: Pick<ProberHttp, "host" | "settings">,
): string | null {
  const isOpen = listensOnlyHere(host) && settings.get().config.masterKeys.length === 0;
  return isOpen ? null : refuseWithoutKey("orders", headers, settings);
}

function refuseWithoutKey(
  what: string,
  headers: KeyHeaders,
  settings: ProberHttp["settings"],
): string | null {
  const { config, secrets } = settings.get();
  const keys = secrets.valuesOf(config.masterKeys);
  if (keys.length === 0)
    return `${what} are refused on this address: set general_settings.master_key and send it as a Bearer token`;
  const sent = sentKey(headers, config.keyHeader);
  return sent !== null && new ExpectedKeys(keys).matches(sent)
    ? null
    : `${what} need the master key as a Bearer token`;
}

/** On loopback, where no key is asked for, web pages of others in somebody's browser are not meant by "anybody". */
export function refuseForeign(
  headers: VisitHeaders,
  { host, settings }: Pick<ProberHttp, "host" | "settings">,
): string | null {
  if (!listensOnlyHere(host)) return null;
  const { allowedHosts } = settings.get().config.gateway;
  const visit = findForeignVisit(headers, { boundTo: host, allowedHosts });
  if (visit === null) return null;
  return `details are refused to web pages of other sites (${visit.header}: ${visit.value}): add the name to rollcall.gateway.allowed_hosts if it is yours`;
}

type Permission = typeof mayReadDetails;

/** The refusal of a request, or null where it may be answered. */
function refuse(c: Context, http: ProberHttp, permission: Permission): Response | null {
  const header = (name: string) => c.req.header(name);
  const foreign = refuseForeign({ host: header("host"), origin: header("origin") }, http);
  if (foreign !== null) return c.json({ error: foreign }, 403);
  const refusal = permission(c.req.header(), http);
  return refusal === null ? null : c.json({ error: refusal }, 401);
}

/** For routes that tell them: 401 or 403 where they may not be read. */
export function detailsOnly(http: ProberHttp): MiddlewareHandler {
  return async (c, next) => refuse(c, http, mayReadDetails) ?? next();
}

/** For routes that change something: 401 or 403 for those who may not. */
export function ordersOnly(http: ProberHttp): MiddlewareHandler {
  return async (c, next) => refuse(c, http, mayOrder) ?? next();
}
