import type { IncomingMessage, ServerResponse } from "node:http";
import type { CorsRule } from "@rollcall/contract";

/** What browsers are told (Fetch standard, CORS protocol). Never that credentials are allowed: the key is no cookie. */
export interface Cors {
  /** Null: any. */
  readonly origins: readonly string[] | null;
}

const ANY: Cors = { origins: null };

/** A rule in force, or null where no page of another site is let in. `any` is none where no key is asked for. */
export function readCors(rule: CorsRule, { asksForKey }: { readonly asksForKey: boolean }): Cors | null {
  if (typeof rule !== "string") return rule.length === 0 ? null : { origins: rule };
  return rule !== "off" && asksForKey ? ANY : null;
}

/** What pages may read of an answer, beside its type and length: ours, LiteLLM's, and when to come back. */
const EXPOSED = [
  "x-request-id",
  "x-rollcall-deployment",
  "x-rollcall-attempts",
  "x-rollcall-reason",
  "x-rollcall-warning",
  "x-should-retry",
  "retry-after",
  "openai-processing-ms",
  "x-litellm-call-id",
  "x-litellm-model-id",
  "x-litellm-version",
  "x-litellm-attempted-retries",
  "x-litellm-attempted-fallbacks",
].join(", ");

const METHODS = "GET, POST, DELETE";

/** A reload is to be heard of soon; browsers ask again after so many seconds. */
const MAX_AGE_S = "600";

/** Names of headers with commas between them. */
const NAMES = /^[\w!#$%&'*+.^`|~-]+(?:[ \t]*,[ \t]*[\w!#$%&'*+.^`|~-]+)*$/;

export type CorsHeaders = readonly (readonly [name: string, value: string])[];

/** Null: the page is not let in. */
function allowOrigin({ origins }: Cors, origin: string): string | null {
  if (origins === null) return "*";
  return origins.includes(origin) ? origin : null;
}

/** Caches have to tell the answers to two origins apart. */
function varyBy({ origins }: Cors): CorsHeaders {
  return origins === null ? [] : [["vary", "origin"]];
}

/** For every answer to a page: without the origin its browser hands it nothing. */
export function corsHeaders(cors: Cors, origin: string): CorsHeaders {
  const allowed = allowOrigin(cors, origin);
  if (allowed === null) return varyBy(cors);
  return [
    ["access-control-allow-origin", allowed],
    ["access-control-expose-headers", EXPOSED],
    ...varyBy(cors),
  ];
}

/** Whether a browser asks what a page may send. It sends no key with that. */
export function isPreflight({ method, headers }: Pick<IncomingMessage, "method" | "headers">): boolean {
  return (
    method === "OPTIONS" &&
    headers.origin !== undefined &&
    headers["access-control-request-method"] !== undefined
  );
}

/** For the answer to a preflight, which is 204 and has no body. */
export function preflightHeaders(cors: Cors, { headers }: Pick<IncomingMessage, "headers">): CorsHeaders {
  const allowed = allowOrigin(cors, headers.origin ?? "");
  const vary = ["access-control-request-headers", ...varyBy(cors).map(([, value]) => value)].join(", ");
  if (allowed === null) return [["vary", vary]];
  const asked = headers["access-control-request-headers"] ?? "";
  return [
    ["access-control-allow-origin", allowed],
    ["access-control-allow-methods", METHODS],
    // A star would not stand for `authorization`.
    ...(NAMES.test(asked) ? [["access-control-allow-headers", asked] as const] : []),
    ["access-control-max-age", MAX_AGE_S],
    ["vary", vary],
  ];
}

/** Puts them on an answer whose head has yet to be written. */
export function setHeaders(outgoing: ServerResponse, headers: CorsHeaders): void {
  for (const [name, value] of headers) outgoing.setHeader(name, value);
}
