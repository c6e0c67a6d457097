import { clockSkew } from "@rollcall/contract";
import { codeOf } from "@rollcall/prober";
import { request } from "undici";

/** What an address has answered, or why it has not. */
export type Asked =
  | {
      readonly kind: "answer";
      readonly status: number;
      /** By lower-case names. */
      readonly headers: Readonly<Record<string, string | undefined>>;
      readonly body: string;
      /** How far its clock is ahead of ours, in milliseconds, by its `date`, which counts seconds; null where it says none. */
      readonly skewMs: number | null;
    }
  /** Node's or undici's code. */
  | { readonly kind: "failure"; readonly code: string };

const TIMEOUT_MS = 5_000;

/** One GET. Never rejects. */
export async function ask(url: string, key: string | null, now: () => number): Promise<Asked> {
  try {
    const { statusCode, headers, body } = await request(url, {
      headers: key === null ? {} : { authorization: `Bearer ${key}` },
      headersTimeout: TIMEOUT_MS,
      bodyTimeout: TIMEOUT_MS,
      signal: AbortSignal.timeout(2 * TIMEOUT_MS),
    });
    const at = now();
    const flat = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
    return {
      kind: "answer",
      status: statusCode,
      headers: flat,
      body: await body.text(),
      skewMs: clockSkew(flat["date"], at),
    };
  } catch (error) {
    return { kind: "failure", code: codeOf(error) };
  }
}
