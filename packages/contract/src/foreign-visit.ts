import { isLoopbackHost } from "./config/api-base.ts";

/** What browsers say of a request, whatever the page behind it wants; programs say what they like. */
export interface VisitHeaders {
  readonly host?: string | undefined;
  readonly origin?: string | undefined;
}

/** By which names a server without a key is meant. */
export interface OwnNames {
  /** The address or name that it listens on. */
  readonly boundTo: string;
  /** `rollcall.gateway.allowed_hosts`; `*` for all. */
  readonly allowedHosts: readonly string[];
  /** Origins whose pages are welcome, whatever their names. */
  readonly origins?: readonly string[];
}

/** The header that shows that a web page of somebody else's asks. */
export interface ForeignVisit {
  readonly header: "Host" | "Origin";
  readonly value: string;
}

const IPV4 = /^\d{1,3}(?:\.\d{1,3}){3}$/;
const HOST = /^(?<name>\[[0-9a-f:.]+\]|[^:]*)(?::\d*)?$/;

/**
 * Finds out a page that asks a server without a key through its reader's browser: by a name of its own that it has made
 * to lead here (DNS rebinding), where Host is no address and none of the server's names, or from an Origin elsewhere.
 */
export function findForeignVisit({ host, origin }: VisitHeaders, names: OwnNames): ForeignVisit | null {
  // HTTP/1.0 sends none; no browser speaks it.
  if (host !== undefined && !isOwnHost(nameIn(host), names)) return { header: "Host", value: host };
  if (origin === undefined || names.origins?.includes(origin) === true) return null;
  if (isOwnOrigin(origin, host, names)) return null;
  return { header: "Origin", value: origin };
}

function isOwnHost(name: string, names: OwnNames): boolean {
  // An address can be nobody's name for another.
  return IPV4.test(name) || name.startsWith("[") || isOwnName(name, names);
}

function isOwnOrigin(origin: string, host: string | undefined, names: OwnNames): boolean {
  const url = URL.canParse(origin) ? new URL(origin) : null;
  if (url === null) return names.allowedHosts.includes("*");
  return url.host === host?.toLowerCase() || isOwnName(url.hostname, names);
}

function isOwnName(name: string, { boundTo, allowedHosts }: OwnNames): boolean {
  if (isLoopbackHost(name) || name === boundTo.toLowerCase()) return true;
  return allowedHosts.includes("*") || allowedHosts.includes(name);
}

/** Without port, in lower case; what is no host stays as it is. */
function nameIn(host: string): string {
  const lower = host.toLowerCase();
  const name = HOST.exec(lower)?.groups?.["name"] ?? lower;
  return name.endsWith(".") ? name.slice(0, -1) : name;
}
