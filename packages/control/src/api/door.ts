import { findForeignVisit, listensOnlyHere } from "@rollcall/contract";
import type { Refusal } from "./refusal.ts";

export interface Visit {
  readonly method: string;
  readonly host: string | undefined;
  readonly origin: string | undefined;
  readonly contentType: string | undefined;
  readonly hasBody: boolean;
  /** The address that is listened on; null for the socket, which no browser reaches by itself. */
  readonly boundTo: string | null;
  readonly allowedHosts: readonly string[];
}

/** What can be said of a request before anybody is asked for a key. No page of another site is ever let in. */
export function refuseVisit({
  method,
  host,
  origin,
  contentType,
  hasBody,
  boundTo,
  allowedHosts,
}: Visit): Refusal | null {
  // By other names than loopback's it may be reached where it listens wider: there only the origin tells.
  const checksHost = boundTo !== null && listensOnlyHere(boundTo);
  const names = {
    boundTo: boundTo ?? "localhost",
    allowedHosts: allowedHosts.filter((name) => name !== "*"),
  };
  const visit = findForeignVisit({ host: checksHost ? host : undefined, origin }, names);
  const isSame = visit?.header === "Origin" && origin !== undefined && isOriginOf(origin, host);
  if (visit !== null && !isSame)
    return {
      status: 403,
      message: `web pages of other sites may not call this (${visit.header}): add the name to rollcall.gateway.allowed_hosts if it is yours`,
      type: "auth_error",
      param: null,
    };
  const isJson = contentType?.split(";")[0]?.trim().toLowerCase() === "application/json";
  if (method !== "GET" && hasBody && !isJson)
    return {
      status: 415,
      message: "content-type must be application/json",
      type: "bad_request_error",
      param: null,
    };
  return null;
}

function isOriginOf(origin: string, host: string | undefined): boolean {
  return URL.canParse(origin) && new URL(origin).host === host?.toLowerCase();
}
