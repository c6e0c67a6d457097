import type { IncomingHttpHeaders } from "node:http";
import { FORWARDED_HEADERS } from "@rollcall/contract";
import { KEY_HEADERS } from "@rollcall/runtime";

/** `b3` is Zipkin's single header, `langfuse_trace_id` and the like what Langfuse's users send to LiteLLM. */
const GOES_ON = /^(?:x-|langfuse_|b3$)/;

/** Meant for gateways, or what clients say of themselves: no backend's business. */
const NOT_FORWARDED = /^x-(?:litellm|rollcall|stainless|forwarded)-|^x-(?:request-id|real-ip)$/;

/**
 * Headers of an app that go on where `forward_client_headers_to_llm_api` asks for it: as LiteLLM has it those that begin with
 * `x-`; and `b3` and `langfuse_*`, by which a backend joins the app's trace. Keys never do. `keyHeader` is a further one
 * that brings keys.
 */
export function clientHeaders(sent: IncomingHttpHeaders, keyHeader: string | null): [string, string][] {
  return Object.entries(sent).flatMap(([name, value]): [string, string][] => {
    if (!GOES_ON.test(name) || typeof value !== "string" || name === keyHeader) return [];
    return NOT_FORWARDED.test(name) || KEPT.has(name) ? [] : [[name, value]];
  });
}

/** Keys, and what goes on in any case. */
const KEPT: ReadonlySet<string> = new Set([...KEY_HEADERS, ...FORWARDED_HEADERS]);
