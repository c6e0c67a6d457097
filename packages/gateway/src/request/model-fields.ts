import { err, ok, type Result } from "@rollcall/contract";
import type { GatewayError } from "../errors/gateway-error.ts";
import { skipSpace, skipString, skipValue } from "./json-scan.ts";

/** What routing needs of a request body, and where the name stands, so that it can be replaced without parsing the rest. */
export interface ModelFields {
  readonly model: string;
  readonly stream: boolean;
  /** The value of `model` with its quotes: bytes [start, end). */
  readonly start: number;
  readonly end: number;
  /** Where the other fields that routing may want stand. */
  readonly spans: Spans;
}

export interface Span {
  readonly start: number;
  readonly end: number;
}

/** Top-level fields that mean something here: the request's own, and LiteLLM's for one request. */
const WANTED = [
  "model",
  "stream",
  "messages",
  "prompt",
  "input",
  "fallbacks",
  "disable_fallbacks",
  "num_retries",
  "timeout",
] as const;

type Wanted = (typeof WANTED)[number];
export type Spans = { readonly [K in Wanted]?: Span };

const isWanted = (key: string): key is Wanted => (WANTED as readonly string[]).includes(key);

const QUOTE = 0x22;
const COLON = 0x3a;
const COMMA = 0x2c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

/** Finds `model` and `stream` in the top-level object. Of keys that repeat the last holds, as for every JSON parser. */
export function readModelFields(body: Buffer): Result<ModelFields, GatewayError> {
  const spans = scanObject(body);
  if (spans === null) return err({ kind: "not_json", found: describe(body) });
  if (spans.model === undefined) return err({ kind: "model_missing", found: "none" });
  const { start, end } = spans.model;
  const model = readSpan(body, spans.model);
  if (typeof model !== "string" || model === "") {
    return err({ kind: "model_missing", found: body.toString("utf8", start, Math.min(end, start + 40)) });
  }
  const stream = spans.stream !== undefined && readSpan(body, spans.stream) === true;
  return ok({ model, stream, start, end, spans });
}

function scanObject(body: Buffer): Spans | null {
  const spans: { -readonly [K in Wanted]?: Span } = {};
  let at = skipSpace(body, 0);
  if (body[at] !== OPEN_BRACE) return null;
  at = skipSpace(body, at + 1);
  if (body[at] === CLOSE_BRACE) return atEnd(body, at + 1) ? spans : null;
  for (;;) {
    if (body[at] !== QUOTE) return null;
    const keyEnd = skipString(body, at);
    if (keyEnd === -1) return null;
    const key = readKey(body, at, keyEnd);
    at = skipSpace(body, keyEnd);
    if (body[at] !== COLON) return null;
    const start = skipSpace(body, at + 1);
    const end = skipValue(body, start);
    if (end === -1) return null;
    if (isWanted(key)) spans[key] = { start, end };
    at = skipSpace(body, end);
    if (body[at] === CLOSE_BRACE) return atEnd(body, at + 1) ? spans : null;
    if (body[at] !== COMMA) return null;
    at = skipSpace(body, at + 1);
  }
}

/** Keys are short; one with an escape is decoded, so that `"mod\u0065l"` is no way around the gateway. */
function readKey(body: Buffer, start: number, end: number): string {
  const text = body.toString("latin1", start + 1, end - 1);
  return text.includes("\\") ? String(readSpan(body, { start, end })) : text;
}

function atEnd(body: Buffer, at: number): boolean {
  return skipSpace(body, at) === body.length;
}

/** The value of a field, or undefined where it is not JSON. */
export function readSpan(body: Buffer, { start, end }: Span): unknown {
  try {
    return JSON.parse(body.toString("utf8", start, end));
  } catch {
    return undefined;
  }
}

function describe(body: Buffer): string {
  if (body.length === 0) return "an empty body";
  const start = body.toString("utf8", 0, 40);
  return `${JSON.stringify(start)}${body.length > 40 ? "…" : ""}`;
}

/** The body with another model name, every other byte as it was. */
export function replaceModel(body: Buffer, { start, end }: Span, name: string): Buffer {
  return Buffer.concat([body.subarray(0, start), Buffer.from(JSON.stringify(name)), body.subarray(end)]);
}
