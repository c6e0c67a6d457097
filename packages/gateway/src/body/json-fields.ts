import { err, ok, type Result } from "@rollcall/contract";
import type { GatewayError } from "../errors/gateway-error.ts";
import type { NamePlace } from "./rename.ts";
import { isTextAt, skipSpace, skipString, skipValue } from "./json-scan.ts";

/** What routing needs of a request body, and where the name stands, so that it can be replaced without parsing the rest. */
export interface RequestFields {
  readonly model: string;
  readonly stream: boolean;
  readonly name: NamePlace;
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
  "stream_options",
  "messages",
  "prompt",
  "input",
  "fallbacks",
  "disable_fallbacks",
  "num_retries",
  "timeout",
  "tags",
  "metadata",
  "previous_response_id",
  "background",
  "guided_json",
  "guided_regex",
  "guided_choice",
  "guided_grammar",
] as const;

type Wanted = (typeof WANTED)[number];

/** A key that is `model` but for case, which Go's parser takes for it: there the one that comes last holds. */
const LOOKALIKE = "lookalike";

/** Values by key; of a lookalike the key itself. */
export type Spans = { readonly [K in Wanted | typeof LOOKALIKE]?: Span };

/** What is found where a request names no model. */
export const NO_MODEL = "none";

const MODEL = "model" satisfies Wanted;

/** By the length of the name, so that of most keys no text has to be made. */
const BY_LENGTH: ReadonlyMap<number, readonly Wanted[]> = Map.groupBy(WANTED, ({ length }) => length);

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;
const COMMA = 0x2c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

/** Finds `model` and `stream` in the top-level object. Of keys that repeat the last holds, as for every JSON parser. */
export function readJsonFields(body: Buffer): Result<RequestFields, GatewayError> {
  const spans = scanObject(body);
  if (spans === null) return err({ kind: "not_json", found: describe(body) });
  if (spans.lookalike !== undefined) return err(lookalike(body, spans.lookalike));
  if (spans.model === undefined) return err({ kind: "model_missing", found: NO_MODEL });
  const { start, end } = spans.model;
  const model = readText(body, spans.model);
  if (typeof model !== "string" || model === "") {
    return err({ kind: "model_missing", found: body.toString("utf8", start, Math.min(end, start + 40)) });
  }
  return ok({
    model,
    stream: readStream(body, spans),
    name: { start, end, form: "json", sent: model },
    spans,
  });
}

/** The same where the path has named the model: a backend reads the name in the body, which may have none. */
export function readFieldsBeside(body: Buffer, model: string): Result<RequestFields, GatewayError> {
  const spans = scanObject(body);
  if (spans === null) return err({ kind: "not_json", found: describe(body) });
  if (spans.lookalike !== undefined) return err(lookalike(body, spans.lookalike));
  const stream = readStream(body, spans);
  if (spans.model !== undefined) {
    const sent = readText(body, spans.model);
    const place = { ...spans.model, form: "json", sent: typeof sent === "string" ? sent : null } as const;
    return ok({ model, stream, name: place, spans });
  }
  const start = skipSpace(body, 0) + 1;
  const form = body[skipSpace(body, start)] === CLOSE_BRACE ? "only_member" : "first_member";
  return ok({ model, stream, name: { start, end: start, form, sent: null }, spans });
}

function lookalike(body: Buffer, key: Span): GatewayError {
  return { kind: "model_lookalike", found: String(readSpan(body, key)) };
}

function readStream(body: Buffer, { stream }: Spans): boolean {
  return stream !== undefined && readSpan(body, stream) === true;
}

function scanObject(body: Buffer): Spans | null {
  const spans: { -readonly [K in keyof Spans]: Spans[K] } = {};
  let at = skipSpace(body, 0);
  if (body[at] !== OPEN_BRACE) return null;
  at = skipSpace(body, at + 1);
  if (body[at] === CLOSE_BRACE) return atEnd(body, at + 1) ? spans : null;
  for (;;) {
    if (body[at] !== QUOTE) return null;
    const keyStart = at;
    const keyEnd = skipString(body, keyStart);
    if (keyEnd === -1) return null;
    const key = readKey(body, keyStart, keyEnd);
    at = skipSpace(body, keyEnd);
    if (body[at] !== COLON) return null;
    const start = skipSpace(body, at + 1);
    const end = skipValue(body, start);
    if (end === -1) return null;
    if (key === LOOKALIKE) spans[key] = { start: keyStart, end: keyEnd };
    else if (key !== null) spans[key] = { start, end };
    at = skipSpace(body, end);
    if (body[at] === CLOSE_BRACE) return atEnd(body, at + 1) ? spans : null;
    if (body[at] !== COMMA) return null;
    at = skipSpace(body, at + 1);
  }
}

/** A name of which every character is written as `\u0061` is six times as long. */
const LONGEST_KEY = 6 * Math.max(...WANTED.map(({ length }) => length));

/** Null: a key that means nothing here. One with an escape is decoded, so that `"mod\u0065l"` is no way around the gateway. */
function readKey(body: Buffer, start: number, end: number): keyof Spans | null {
  const first = start + 1;
  const length = end - 1 - first;
  for (const name of BY_LENGTH.get(length) ?? []) if (isTextAt(body, first, name)) return name;
  const isEscaped = length <= LONGEST_KEY && hasEscape(body, first, end);
  if (!isEscaped && length !== MODEL.length) return null;
  const decoded = readSpan(body, { start, end });
  const wanted = WANTED.find((name) => name === decoded);
  if (wanted !== undefined) return wanted;
  return typeof decoded === "string" && decoded.toLowerCase() === MODEL ? LOOKALIKE : null;
}

function hasEscape(body: Buffer, start: number, end: number): boolean {
  for (let index = start; index < end; index += 1) if (body[index] === BACKSLASH) return true;
  return false;
}

function atEnd(body: Buffer, at: number): boolean {
  return skipSpace(body, at) === body.length;
}

/** A string without escapes, as names are, is what stands between its quotes. Anything else is parsed. */
function readText(body: Buffer, span: Span): unknown {
  const { start, end } = span;
  for (let index = start + 1; index < end - 1; index += 1) {
    const byte = body[index] ?? 0;
    if (byte < 0x20 || byte > 0x7e || byte === BACKSLASH) return readSpan(body, span);
  }
  return body[start] === QUOTE ? body.toString("latin1", start + 1, end - 1) : readSpan(body, span);
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
