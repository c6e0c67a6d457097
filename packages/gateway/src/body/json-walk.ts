import type { Span } from "./json-fields.ts";
import { skipSpace, skipString, skipValue } from "./json-scan.ts";

const QUOTE = 0x22;
const COLON = 0x3a;
const COMMA = 0x2c;
const OPEN_BRACE = 0x7b;
const OPEN_BRACKET = 0x5b;

/** A member of an object: where it stands, its key included, and its value. */
export interface Member extends Span {
  readonly key: string;
  /** Behind the key's closing quote. */
  readonly keyEnd: number;
  readonly value: Span;
}

/** The members of the object at `span`, up to the first that is no JSON; none where there is no object. */
export function* membersOf(bytes: Buffer, span: Span): Generator<Member> {
  if (bytes[span.start] !== OPEN_BRACE) return;
  let at = skipSpace(bytes, span.start + 1);
  while (bytes[at] === QUOTE) {
    const start = at;
    const keyEnd = skipString(bytes, start);
    const key = keyEnd === -1 ? undefined : textAt(bytes, { start, end: keyEnd });
    const colon = skipSpace(bytes, keyEnd);
    if (key === undefined || bytes[colon] !== COLON) return;
    const value = valueAt(bytes, skipSpace(bytes, colon + 1));
    if (value === null) return;
    yield { key, keyEnd, value, start, end: value.end };
    at = skipSpace(bytes, value.end);
    if (bytes[at] !== COMMA) return;
    at = skipSpace(bytes, at + 1);
  }
}

/** The elements of the array at `span`, up to the first that is no JSON; none where there is no array. */
export function* elementsOf(bytes: Buffer, span: Span): Generator<Span> {
  if (bytes[span.start] !== OPEN_BRACKET) return;
  let at = skipSpace(bytes, span.start + 1);
  for (;;) {
    const value = valueAt(bytes, at);
    if (value === null) return;
    yield value;
    at = skipSpace(bytes, value.end);
    if (bytes[at] !== COMMA) return;
    at = skipSpace(bytes, at + 1);
  }
}

/** Null: no value begins there. White space behind a number or word is none of it. */
function valueAt(bytes: Buffer, start: number): Span | null {
  let end = skipValue(bytes, start);
  if (end === -1) return null;
  while (end > start && isSpace(bytes[end - 1])) end -= 1;
  return { start, end };
}

function isSpace(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

/** The text at a JSON string; undefined where there is none. */
export function textAt(bytes: Buffer, { start, end }: Span): string | undefined {
  if (bytes[start] !== QUOTE) return undefined;
  try {
    const value: unknown = JSON.parse(bytes.toString("utf8", start, end));
    return typeof value === "string" ? value : undefined;
  } catch {
    return undefined;
  }
}
