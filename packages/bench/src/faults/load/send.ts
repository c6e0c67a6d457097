import { errors, type Pool } from "undici";
import type { Ending, Received } from "../count/received.ts";

/** A request to the system under test. */
export interface Call {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly model: string;
  readonly stream: boolean;
}

export interface Sent extends Received {
  readonly sign: string;
  readonly reason: string | null;
}

const MAX_TOKENS = 12;

/** However often something comes that is no word. */
const WITHIN_MS = 10_000;

/** Sends one chat completion and waits for its end. Never throws: what goes wrong is what is measured. */
export async function send(pool: Pool, { path, headers, model, stream }: Call): Promise<Sent> {
  const body = JSON.stringify({
    model,
    stream,
    max_tokens: MAX_TOKENS,
    messages: [{ role: "user", content: "hello" }],
  });
  try {
    const answer = await pool.request({
      method: "POST",
      path,
      headers: { ...headers, "content-type": "application/json", "accept-encoding": "identity" },
      body,
      signal: AbortSignal.timeout(WITHIN_MS),
    });
    const reason = answer.headers["x-rollcall-reason"];
    const { text, ending, sign } = await readBody(answer.body);
    return {
      stream,
      status: answer.statusCode,
      text,
      ending,
      sign: answer.statusCode === 200 ? sign : String(answer.statusCode),
      reason: typeof reason === "string" ? reason : null,
    };
  } catch (fault) {
    return { stream, status: null, text: "", ending: "broken", sign: signOf(fault), reason: null };
  }
}

async function readBody(
  body: AsyncIterable<Uint8Array>,
): Promise<{ text: string; ending: Ending; sign: string }> {
  const chunks: Uint8Array[] = [];
  try {
    for await (const chunk of body) chunks.push(chunk);
    return { text: Buffer.concat(chunks).toString(), ending: "whole", sign: "200" };
  } catch (fault) {
    const ending = signOf(fault) === SILENCE ? "silent" : "broken";
    return { text: Buffer.concat(chunks).toString(), ending, sign: signOf(fault) };
  }
}

const SILENCE = "silence";

function isOver(fault: unknown): boolean {
  return fault instanceof Error && fault.name === "TimeoutError";
}

function signOf(fault: unknown): string {
  if (fault instanceof errors.HeadersTimeoutError) return "no answer";
  if (fault instanceof errors.BodyTimeoutError || isOver(fault)) return SILENCE;
  const code = fault instanceof Error ? (fault as NodeJS.ErrnoException).code : undefined;
  return code ?? String(fault);
}
