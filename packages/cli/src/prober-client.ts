import { err, ok, type Result } from "@rollcall/contract";
import { request } from "undici";
import type { DrainAnswer, EventList, Explanation, Status } from "@rollcall/prober";
import { StartError } from "@rollcall/runtime";
import type { GatewayAnswer } from "./demo/gateway-knows.ts";

export interface ProberAddress {
  readonly url: string;
  /** The master key, where the prober asks for it. */
  readonly key: string | null;
}

const TIMEOUT_MS = 5_000;

/** A prober that has just started first asks its backends. */
const ORDER_TIMEOUT_MS = 30_000;

/** `GET /status`. Throws StartError that says what is in the way. */
export async function fetchStatus(prober: ProberAddress): Promise<Status> {
  return readDetails(await getDetails(prober, "/status"), prober) as Status;
}

/** `GET /events`: those after the one with the sequence `since`. Throws StartError as `fetchStatus` does. */
export async function fetchEvents(prober: ProberAddress, since: number): Promise<EventList> {
  return readDetails(await getDetails(prober, `/events?since=${since}`), prober) as EventList;
}

/** `GET /explain/<alias or deployment>`, or why there is nothing of that name. Throws StartError as `fetchStatus` does. */
export async function fetchExplanation(
  prober: ProberAddress,
  name: string,
): Promise<Result<Explanation, string>> {
  const answer = await getDetails(prober, `/explain/${encodeURIComponent(name)}`);
  const unknown = answer.status === 404 ? unknownName(answer.body) : null;
  return unknown === null ? ok(readDetails(answer, prober) as Explanation) : err(unknown);
}

interface Answer {
  readonly status: number;
  readonly body: string;
}

async function getDetails({ url, key }: ProberAddress, path: string): Promise<Answer> {
  const answer = await get(`${url}${path}`, key);
  if (answer === null) {
    throw new StartError(
      `no prober answers at ${url}: start it with \`rollcall up\`, or name another address with --prober-url`,
    );
  }
  if (answer.status === 401)
    throw new StartError(`the prober at ${url} wants the master key: pass --config, or set ROLLCALL_KEY`);
  return answer;
}

function readDetails({ status, body }: Answer, { url }: ProberAddress): object {
  const value = status === 200 ? parse(body) : null;
  if (value === null) {
    throw new StartError(`${url} answers ${status}: is that the prober? --prober-url names another address`);
  }
  return value;
}

/** The prober's own words; null where that 404 is somebody else's. */
function unknownName(body: string): string | null {
  const { error }: { error?: unknown } = parse(body) ?? {};
  return typeof error === "string" && error.startsWith("no alias or deployment") ? error : null;
}

export interface DrainRequest {
  readonly action: "drain" | "undrain";
  /** A deployment's id, or an alias where all its deployments are meant. */
  readonly name: string;
  readonly all: boolean;
  readonly by: string;
  readonly reason?: string;
}

export interface DrainReply {
  /** What it did; null where it did nothing. */
  readonly answer: DrainAnswer | null;
  /** What went wrong; null where nothing did. */
  readonly error: string | null;
  /** It has nothing of that name. */
  readonly isUnknown: boolean;
}

/** `POST` or `DELETE /drain/<name>`. Never throws: of several probers some may be away. */
export async function sendDrain(
  prober: ProberAddress,
  { action, name, all, ...words }: DrainRequest,
): Promise<DrainReply> {
  const nothing = { answer: null, isUnknown: false };
  const url = `${prober.url}/drain/${encodeURIComponent(name)}${all ? "?all" : ""}`;
  const method = action === "drain" ? "POST" : "DELETE";
  const reply = await ask(url, { key: prober.key, method, body: JSON.stringify(words) });
  if (reply === null) return { ...nothing, error: `no prober answers at ${prober.url}` };
  if (reply.status === 401)
    return {
      ...nothing,
      error: `the prober at ${prober.url} wants the master key: pass --config, or set ROLLCALL_KEY`,
    };
  const said: Partial<DrainAnswer> = parse(reply.body) ?? {};
  const answer = Array.isArray(said.deployments) ? (said as DrainAnswer) : null;
  const error = typeof said.error === "string" ? said.error : null;
  const isUnknown = reply.status === 404 && unknownName(reply.body) !== null;
  // One of the version before says 404 too.
  if (answer === null && (error === null || (reply.status === 404 && !isUnknown)))
    return {
      ...nothing,
      error: `${prober.url} answers ${reply.status}: is that a prober, and one that can drain?`,
    };
  return { answer, error, isUnknown };
}

/** Null: not a JSON object. */
function parse(body: string): object | null {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === "object" ? value : null;
  } catch {
    return null;
  }
}

export interface ReadyAnswer {
  /** Null: nothing answers. */
  readonly status: number | null;
  readonly text: string;
}

export interface ReadyQuestion {
  /** Null: all of the config, or one deployment. */
  readonly alias: string | null;
  /** A deployment's id, instead of an alias. */
  readonly deployment?: string;
  /** A probe must have found it ready so long ago at most; absent: however long. */
  readonly maxAgeMs?: number;
  /** `any`, `all` or a number; null: the prober's default. */
  readonly require: string | null;
}

/** What the first of these probers says that answers at all. */
export async function fetchFirstReady(
  urls: readonly string[],
  question: ReadyQuestion,
): Promise<ReadyAnswer & { readonly url: string }> {
  for (const url of urls) {
    const answer = await fetchReady(url, question);
    if (answer.status !== null) return { url, ...answer };
  }
  return { url: urls[0] ?? "", status: null, text: "" };
}

/** `GET /readyz/<alias>?verbose`, or of a deployment, or of all aliases. */
async function fetchReady(
  url: string,
  { alias, deployment, require, maxAgeMs }: ReadyQuestion,
): Promise<ReadyAnswer> {
  const ofAlias = alias === null ? "" : `/${encodeURIComponent(alias)}`;
  const path = deployment === undefined ? ofAlias : `/deployment/${encodeURIComponent(deployment)}`;
  const requirement = require === null ? "" : `&require=${encodeURIComponent(require)}`;
  const age = maxAgeMs === undefined ? "" : `&max_age=${Math.floor(maxAgeMs)}ms`;
  const answer = await get(`${url}/readyz${path}?verbose${requirement}${age}`, null);
  return answer === null ? { status: null, text: "" } : { status: answer.status, text: answer.body };
}

/** The gateway's `/readyz?verbose`. Null: no answer. */
export async function fetchGatewayReadiness(url: string): Promise<GatewayAnswer | null> {
  const answer = await get(`${url}/readyz?verbose`, null);
  return answer === null ? null : { status: answer.status, text: answer.body };
}

/** What the gateway itself finds noteworthy: the lines of that which begin with [!] or [-]. Null: no answer. */
export async function fetchGatewayNotes(url: string): Promise<readonly string[] | null> {
  const answer = await fetchGatewayReadiness(url);
  return answer === null ? null : answer.text.split("\n").filter((line) => /^\[[!-]\]/.test(line));
}

function get(url: string, key: string | null): Promise<Answer | null> {
  return ask(url, { key, method: "GET" });
}

interface Ask {
  readonly key: string | null;
  readonly method: "GET" | "POST" | "DELETE";
  /** JSON. */
  readonly body?: string;
}

/** Null: no answer. */
async function ask(url: string, { key, method, body: sent }: Ask): Promise<Answer | null> {
  const timeout = method === "GET" ? TIMEOUT_MS : ORDER_TIMEOUT_MS;
  try {
    const { statusCode, body } = await request(url, {
      method,
      headersTimeout: timeout,
      bodyTimeout: timeout,
      headers: {
        ...(key !== null && { authorization: `Bearer ${key}` }),
        ...(sent !== undefined && { "content-type": "application/json" }),
      },
      ...(sent !== undefined && { body: sent }),
    });
    return { status: statusCode, body: await body.text() };
  } catch {
    return null;
  }
}
