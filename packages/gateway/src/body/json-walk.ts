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

/** The members of the object at `span`, repeated ones too, up to the first that is no JSON; none where there is no object. */
export function membersOf(bytes: Buffer, { start: from }: Pick<Span, "start">): readonly Member[] {
  const members: Member[] = [];
  if (bytes[from] !== OPEN_BRACE) return members;
  let at = skipSpace(bytes, from + 1);
  while (bytes[at] === QUOTE) {
    const start = at;
    const keyEnd = skipString(bytes, start);
    const key = keyEnd === -1 ? undefined : textAt(bytes, { start, end: keyEnd });
    const colon = skipSpace(bytes, keyEnd);
    if (key === undefined || bytes[colon] !== COLON) break;
    const value = valueAt(bytes, skipSpace(bytes, colon + 1));
    if (value === null) break;
    members.push({ key, keyEnd, value, start, end: value.end });
    at = skipSpace(bytes, value.end);
    if (bytes[at] !== COMMA) break;
    at = skipSpace(bytes, at + 1);
  }
  return members;
}

/** The elements of the array at `span`, up to the first that is no JSON; none where there is no array. */
export function elementsOf(bytes: Buffer, { start: from }: Pick<Span, "start">): readonly Span[] {
  const elements: Span[] = [];
  if (bytes[from] !== OPEN_BRACKET) return elements;
  let value = valueAt(bytes, skipSpace(bytes, from + 1));
  while (value !== null) {
    elements.push(value);
    const comma = skipSpace(bytes, value.end);
    value = bytes[comma] === COMMA ? valueAt(bytes, skipSpace(bytes, comma + 1)) : null;
  }
  return elements;
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

const BACKSLASH = 0x5c;

/** The text at a JSON string; undefined where there is none. One without escapes is what stands between its quotes. */
export function textAt(bytes: Buffer, { start, end }: Span): string | undefined {
  if (bytes[start] !== QUOTE) return undefined;
  let at = start + 1;
  while (at < end - 1 && isPlain(bytes[at])) at += 1;
  if (at === end - 1) return bytes.toString("latin1", start + 1, end - 1);
  try {
    const value: unknown = JSON.parse(bytes.toString("utf8", start, end));
    return typeof value === "string" ? value : undefined;
  } catch {
    return undefined;
  }
}

function isPlain(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x20 && byte <= 0x7e && byte !== BACKSLASH;
}
