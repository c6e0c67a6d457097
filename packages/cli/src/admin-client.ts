import { StartError } from "@rollcall/runtime";
import type { Command } from "commander";
import { request } from "undici";
import { masterKeyOf } from "./master-key.ts";
import { findGateway } from "./prober-options.ts";
import type { Terminal } from "./terminal.ts";

/** Who manages keys, and with which key one is let in there. */
export interface AdminAddress {
  readonly url: string;
  readonly key: string | null;
}

export interface AdminOptions {
  readonly url?: string;
  readonly config?: string;
  readonly json?: boolean;
}

/** `asked`: who answers. */
export function addAdminOptions(
  command: Command,
  asked = "the gateway, or control itself (or ROLLCALL_URL; default http://127.0.0.1:4000)",
): Command {
  return command
    .option("--url <url>", asked)
    .option("-c, --config <file>", "take address and master key from this config (else ROLLCALL_KEY)")
    .option("--json", "print what is answered as JSON");
}

/** Flag, then environment, then config, then the default address. */
export function findAdmin({ url, config }: AdminOptions, terminal: Terminal): AdminAddress {
  const { env } = terminal;
  const ofConfig = config === undefined ? null : masterKeyOf(config, env);
  return {
    url: findGateway(url ?? env["ROLLCALL_URL"], config, terminal),
    key: env["ROLLCALL_KEY"] ?? ofConfig,
  };
}

/** Either is left out of a request that has none. */
export interface AdminCall {
  readonly path: string;
  readonly query?: Readonly<Record<string, string | undefined>>;
  readonly method?: "POST";
  /** JSON; makes it a POST. */
  readonly body?: object;
}

const TIMEOUT_MS = 10_000;

/** Throws StartError that says what is in the way, in the words of who refused. */
export async function askAdmin(address: AdminAddress, call: AdminCall): Promise<object> {
  const answer = await sendAdmin(address, call);
  if (answer.status === 200 && answer.value !== null) return answer.value;
  throw adminRefusal(address, answer);
}

/** Why that was not answered as it was meant to be. */
export function adminRefusal(address: AdminAddress, { status, value }: AdminAnswer): StartError {
  return new StartError(explain(status, { ...address, value }));
}

export interface AdminAnswer {
  readonly status: number;
  /** Null: no JSON object or list. */
  readonly value: object | null;
}

/** Whatever is answered. Throws StartError where nothing is. */
export async function sendAdmin(
  { url, key }: AdminAddress,
  { path, method, query, body }: AdminCall,
): Promise<AdminAnswer> {
  const target = new URL(path, url);
  for (const [name, value] of Object.entries(query ?? {}))
    if (value !== undefined) target.searchParams.set(name, value);
  const answer = await request(target, {
    method: method ?? (body === undefined ? "GET" : "POST"),
    headersTimeout: TIMEOUT_MS,
    bodyTimeout: TIMEOUT_MS,
    headers: {
      ...(key !== null && { authorization: `Bearer ${key}` }),
      ...(body !== undefined && { "content-type": "application/json" }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  }).catch(() => null);
  if (answer === null)
    throw new StartError(
      `nothing answers at ${url}: start it with \`rollcall up\`, or name another address with --url`,
    );
  return { status: answer.statusCode, value: parse(await answer.body.text()) };
}

interface Refused extends AdminAddress {
  readonly value: object | null;
}

function explain(status: number, { url, key, value }: Refused): string {
  const { error }: { error?: { message?: unknown; code?: unknown } } = value ?? {};
  if (status === 401 && key === null)
    return `${url} wants the master key: pass --config, or set ROLLCALL_KEY`;
  if (error?.code === "unknown_url")
    return `${url} has no virtual keys: set rollcall.keys: true in its config`;
  if (typeof error?.message === "string") return error.message;
  return `${url} answers ${status}: is that the gateway, or control? --url names another address`;
}

/** Null: not a JSON object or list. */
function parse(text: string): object | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" ? value : null;
  } catch {
    return null;
  }
}
