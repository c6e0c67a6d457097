import { request } from "undici";
import type { Status } from "@rollcall/prober";
import { StartError } from "@rollcall/runtime";

export interface ProberAddress {
  readonly url: string;
  /** The master key, where the prober asks for it. */
  readonly key: string | null;
}

const TIMEOUT_MS = 5_000;

/** `GET /status`. Throws StartError that says what is in the way. */
export async function fetchStatus({ url, key }: ProberAddress): Promise<Status> {
  const answer = await get(`${url}/status`, key);
  if (answer === null) {
    throw new StartError(
      `no prober answers at ${url}: start it with \`rollcall up\`, or name another address with --prober-url`,
    );
  }
  if (answer.status === 401)
    throw new StartError(`the prober at ${url} wants the master key: pass --config, or set ROLLCALL_KEY`);
  if (answer.status !== 200)
    throw new StartError(
      `${url} answers ${answer.status}: is that the prober? --prober-url names another address`,
    );
  return JSON.parse(answer.body) as Status;
}

export interface ReadyAnswer {
  /** Null: nothing answers. */
  readonly status: number | null;
  readonly text: string;
}

/** `GET /readyz/<alias>?verbose`, or of all aliases. */
export async function fetchReady(url: string, alias: string | null): Promise<ReadyAnswer> {
  const path = alias === null ? "" : `/${encodeURIComponent(alias)}`;
  const answer = await get(`${url}/readyz${path}?verbose`, null);
  return answer === null ? { status: null, text: "" } : { status: answer.status, text: answer.body };
}

/** What the gateway itself finds noteworthy: the lines of its `/readyz?verbose` that begin with [!] or [-]. Null: no answer. */
export async function fetchGatewayNotes(url: string): Promise<readonly string[] | null> {
  const answer = await get(`${url}/readyz?verbose`, null);
  return answer === null ? null : answer.body.split("\n").filter((line) => /^\[[!-]\]/.test(line));
}

async function get(url: string, key: string | null): Promise<{ status: number; body: string } | null> {
  try {
    const { statusCode, body } = await request(url, {
      headersTimeout: TIMEOUT_MS,
      bodyTimeout: TIMEOUT_MS,
      headers: key === null ? {} : { authorization: `Bearer ${key}` },
    });
    return { status: statusCode, body: await body.text() };
  } catch {
    return null;
  }
}
