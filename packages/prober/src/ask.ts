import { Client, errors, type Dispatcher } from "undici";
import type { Answer } from "./decide/answer.ts";

export interface Question {
  /** `http://host:8000` */
  readonly origin: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
}

/** One GET. Never rejects: what goes wrong is an answer too. */
export type Ask = (question: Question, signal: AbortSignal) => Promise<Answer>;

/** Enough for the cards of some thousand adapters; more than that is no model list. */
const MAX_BODY_BYTES = 4 * 1024 * 1024;

const MAX_HEADER_BYTES = 16 * 1024;

/**
 * Asks over the network, each time on a fresh connection: two servers can share one port (SO_REUSEPORT), and a kept-alive
 * connection would show only one of them. Redirects are not followed. The timeout covers everything, a slow drip included.
 */
export const askOverNetwork: Ask = async (question, signal) => {
  const start = performance.now();
  const elapsed = () => performance.now() - start;
  const deadline = AbortSignal.timeout(question.timeoutMs);
  const client = new Client(question.origin, {
    connectTimeout: question.timeoutMs,
    maxHeaderSize: MAX_HEADER_BYTES,
    pipelining: 1,
    allowH2: false,
  });
  try {
    const response = await client.request({
      path: question.path,
      method: "GET",
      headers: { ...question.headers, accept: "application/json", "user-agent": "rollcall-prober" },
      signal: AbortSignal.any([signal, deadline]),
      reset: true,
    });
    const { text, truncated } = await readCapped(response.body);
    const headers = flatten(response.headers);
    return {
      kind: "response",
      status: response.statusCode,
      headers,
      body: text,
      truncated,
      durationMs: elapsed(),
    };
  } catch (fault) {
    return {
      kind: "failure",
      code: deadline.aborted ? "PROBE_TIMEOUT" : codeOf(fault),
      durationMs: elapsed(),
    };
  } finally {
    void client.destroy().catch(() => {});
  }
};

async function readCapped(
  body: Dispatcher.ResponseData["body"],
): Promise<{ text: string; truncated: boolean }> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body) {
    if (!Buffer.isBuffer(chunk)) continue;
    chunks.push(chunk);
    size += chunk.length;
    if (size > MAX_BODY_BYTES) return { text: "", truncated: true };
  }
  return { text: Buffer.concat(chunks).toString("utf8"), truncated: false };
}

function flatten(
  headers: Readonly<Record<string, string | string[] | undefined>>,
): Record<string, string | undefined> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(", ") : value]),
  );
}

/** undici wraps what the socket said: the innermost code names the cause. Happy-eyeballs failures hold several. */
function codeOf(fault: unknown): string {
  const error = fault as { code?: unknown; cause?: unknown; errors?: unknown } | null;
  if (Array.isArray(error?.errors) && error.errors.length > 0) return codeOf(error.errors.at(-1));
  if (error?.cause !== undefined) {
    const inner = codeOf(error.cause);
    if (inner !== "UNKNOWN") return inner;
  }
  // undici's parser does not always say what it stumbled over; that it did is enough.
  if (fault instanceof errors.HTTPParserError) return fault.code ?? "HPE_INVALID";
  return typeof error?.code === "string" ? error.code : "UNKNOWN";
}
