import type { IncomingHttpHeaders } from "node:http";
import { FORWARDED_HEADERS, type Config, type Deployment } from "@rollcall/contract";
import type { Secrets } from "@rollcall/runtime";
import { clientHeaders } from "./client-headers.ts";
import { headerOf, type ResponseHead } from "./http1/response-head.ts";

/** What a backend may say to an app. `server`, `set-cookie` and whatever else names it stay behind. */
const RETURNED = ["content-type", "retry-after", "openai-processing-ms"] as const;

/** What the config says of apps' headers. */
export type ForwardRules = Pick<Config, "forwardsClientHeaders" | "keyHeader">;

type Forwarded = readonly (typeof FORWARDED_HEADERS)[number][];

/** The headers of all requests to one deployment. What is the same in each of them is written once. */
export class UpstreamHeaders {
  /** The backend's key, and what the config says. */
  readonly #fixed: string;
  readonly #hasOwnType: boolean;
  readonly #hasOwnId: boolean;
  readonly #forwarded: Forwarded;
  /** The same where the trace is ours to say. */
  readonly #besideTrace: Forwarded;
  readonly #hasOwnTrace: boolean;

  readonly #configured: Deployment["backend"]["headers"];
  /** Null where no more of the app's goes on. */
  readonly #more: ((sent: IncomingHttpHeaders) => [string, string][]) | null;

  constructor({ backend }: Deployment, secrets: Secrets, { forwardsClientHeaders, keyHeader }: ForwardRules) {
    const { apiKey, headers: configured } = backend;
    this.#configured = configured;
    this.#more = forwardsClientHeaders ? (sent) => clientHeaders(sent, keyHeader) : null;
    // What the config says replaces ours, as it does at the prober: never the same header twice.
    const key = configured.has("authorization") ? null : secrets.value(apiKey);
    const lines = [...configured].map(([name, ref]) => line(name, secrets.value(ref) ?? ""));
    const authorization = key === null ? "" : line("authorization", `Bearer ${key}`);
    // A proxy on the way that compresses would hold streams back.
    const encoding = configured.has("accept-encoding") ? "" : line("accept-encoding", "identity");
    this.#fixed = authorization + encoding + lines.join("");
    this.#hasOwnType = configured.has("content-type");
    this.#hasOwnId = configured.has("x-request-id");
    this.#forwarded = FORWARDED_HEADERS.filter((name) => !configured.has(name));
    this.#besideTrace = this.#forwarded.filter((name) => name !== "traceparent" && name !== "tracestate");
    this.#hasOwnTrace = configured.has("traceparent") || configured.has("tracestate");
  }

  /**
   * Header lines, each with its line break. What comes from an app has been through Node's parser: no line breaks in it.
   * `trace`: the lines for a trace, where they are not to go on as the app has sent them.
   */
  print(sent: IncomingHttpHeaders, requestId: string, trace: string | null): string {
    let lines = this.#hasOwnId ? this.#fixed : this.#fixed + line("x-request-id", requestId);
    if (trace !== null && !this.#hasOwnTrace) lines += trace;
    const names = trace === null ? this.#forwarded : this.#besideTrace;
    for (const name of names) {
      const value = sent[name];
      if (typeof value === "string") lines += line(name, value);
    }
    if (this.#more !== null)
      for (const [name, value] of this.#more(sent))
        if (!this.#configured.has(name)) lines += line(name, value);
    const isTyped = this.#hasOwnType || sent["content-type"] !== undefined;
    return isTyped ? lines : lines + line("content-type", "application/json");
  }
}

function line(name: string, value: string): string {
  return `${name}: ${value}\r\n`;
}

/** Adds what a backend may say to the headers for the app. */
export function addReturned(head: Pick<ResponseHead, "headers">, headers: Record<string, string>): void {
  for (const name of RETURNED) {
    const value = headerOf(head, name);
    if (value !== undefined) headers[name] = value;
  }
}
