import type { HttpResponse } from "./probe-response.ts";

const SIGNS: readonly (readonly [name: string, sign: RegExp])[] = [
  ["nginx", /<center>nginx/i],
  [
    "HAProxy",
    /<h1>50\d .*<\/h1>\s*(No server is available|The server (returned an invalid|didn't respond))/is,
  ],
  ["Envoy", /no healthy upstream|upstream connect error or disconnect\/reset|upstream request timeout/i],
  ["Traefik", /^(Bad Gateway|Gateway Timeout|no available server)\s*$/i],
];

/** A proxy's own page is short. To search megabytes with these patterns would stop all probing for minutes. */
const PAGE_LENGTH = 4_096;

/** The proxy that made this error page itself, or null where it may be the backend's own. */
export function recogniseProxy({ status, headers, body }: HttpResponse): string | null {
  if (status < 500) return null;
  const page = body.slice(0, PAGE_LENGTH);
  const signed = SIGNS.find(([, sign]) => sign.test(page));
  if (signed !== undefined) return signed[0];
  if (status !== 502 && status !== 503 && status !== 504) return null;
  // Caddy answers with an empty body and its name in `server`.
  if (body === "" && /caddy/i.test(headers["server"] ?? "")) return "Caddy";
  return /^\s*(<!doctype|<html)/i.test(page) ? "a proxy" : null;
}
