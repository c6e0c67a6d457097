import type { Span } from "./json-fields.ts";
import { isTextAt, skipSpace, skipString, skipValue } from "./json-scan.ts";

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

/** Names of members by their length, so that of most keys no text has to be made. */
export type Names = ReadonlyMap<number, readonly string[]>;

export function namesOf(names: readonly string[]): Names {
  return Map.groupBy(names, ({ length }) => length);
}

/**
 * Those with one of these names, which costs a third of looking through all. A key spelled with needless escapes is not found:
 * for answers, in which no server writes one.
 */
export function membersNamed(
  bytes: Buffer,
  { start: from }: Pick<Span, "start">,
  names: Names,
): readonly Pick<Member, "key" | "value">[] {
  const members: Pick<Member, "key" | "value">[] = [];
  if (bytes[from] !== OPEN_BRACE) return members;
  let at = skipSpace(bytes, from + 1);
  while (bytes[at] === QUOTE) {
    const keyEnd = skipString(bytes, at);
    const colon = skipSpace(bytes, keyEnd);
    if (keyEnd === -1 || bytes[colon] !== COLON) break;
    const start = skipSpace(bytes, colon + 1);
    const end = skipValue(bytes, start);
    if (end === -1) break;
    const key = nameAt(bytes, at, names.get(keyEnd - at - 2));
    if (key !== undefined) members.push({ key, value: { start, end: endOf(bytes, start, end) } });
    at = skipSpace(bytes, end);
    if (bytes[at] !== COMMA) break;
    at = skipSpace(bytes, at + 1);
  }
  return members;
}

/** Which of these, all of one length, stands at the quote at `at`. */
function nameAt(bytes: Buffer, at: number, names: readonly string[] | undefined): string | undefined {
  if (names === undefined) return undefined;
  for (const name of names) if (isTextAt(bytes, at + 1, name)) return name;
  return undefined;
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
  const end = skipValue(bytes, start);
  return end === -1 ? null : { start, end: endOf(bytes, start, end) };
}

function endOf(bytes: Buffer, start: number, behind: number): number {
  let end = behind;
  while (end > start && isSpace(bytes[end - 1])) end -= 1;
  return end;
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
