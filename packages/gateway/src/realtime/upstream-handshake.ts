import type { Deployment } from "@rollcall/contract";
import type { UpstreamTemplate } from "../upstream/upstream-templates.ts";
import type { RealtimeContext } from "./realtime-context.ts";
import { upstreamQuery } from "./upgrade-target.ts";

/** Of a request with a body, or the WebSocket's own to say. */
const LEFT_OUT: ReadonlySet<string> = new Set([
  "accept",
  "accept-encoding",
  "connection",
  "content-type",
  "upgrade",
]);

/** `ws://host:8000/v1/realtime?model=…` */
export function upstreamUrl(
  { endpoint, target }: RealtimeContext,
  { backend, expected }: Deployment,
): string {
  const { apiPath, origin } = backend.base;
  return origin.replace(/^http/, "ws") + apiPath + endpoint.upstreamPath + upstreamQuery(expected, target);
}

/** The same headers as of every request, by the same allow list; no sub-protocol, since vLLM answers none. */
export function upstreamHeaders(
  { incoming, requestId, traced }: RealtimeContext,
  { headers }: UpstreamTemplate,
): Record<string, string> {
  const lines = headers.print(incoming.headers, requestId, traced?.headerLines() ?? null).split("\r\n");
  const pairs = lines.flatMap((line): [string, string][] => {
    const colon = line.indexOf(": ");
    return colon === -1 ? [] : [[line.slice(0, colon), line.slice(colon + 2)]];
  });
  return Object.fromEntries(pairs.filter(([name]) => !LEFT_OUT.has(name.toLowerCase())));
}
