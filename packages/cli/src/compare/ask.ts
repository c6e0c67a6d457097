import { request } from "undici";
import type { PlannedRequest } from "./plan.ts";

/** Where a proxy is, and the key that it takes; null for none. */
export interface Proxy {
  readonly url: string;
  readonly key: string | null;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

/** Nothing, or not in time: why. */
export interface NoAnswer {
  readonly failure: string;
}

const WRONG_KEY = "sk-rollcall-compare-wrong-key";

/** Sends one request; the whole answer has to be there within the time. */
export async function ask(
  { url, key }: Proxy,
  { method, path, body, key: which }: PlannedRequest,
  timeoutMs: number,
): Promise<Answer | NoAnswer> {
  const sent = { own: key, wrong: WRONG_KEY, none: null }[which];
  try {
    const answer = await request(`${url}${path}`, {
      method,
      body,
      headers: {
        ...(sent === null ? {} : { authorization: `Bearer ${sent}` }),
        ...(body === null ? {} : { "content-type": "application/json" }),
      },
      signal: AbortSignal.timeout(timeoutMs),
    });
    return { status: answer.statusCode, headers: answer.headers, text: await answer.body.text() };
  } catch (error) {
    const { code, name, message } = error as NodeJS.ErrnoException;
    return { failure: name === "TimeoutError" ? "not in time" : (code ?? message) };
  }
}
