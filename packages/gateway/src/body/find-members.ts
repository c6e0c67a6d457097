import { readSpan, type Span } from "./json-fields.ts";
import { skipSpace, skipString, skipValue } from "./json-scan.ts";

const QUOTE = 0x22;
const COLON = 0x3a;
const COMMA = 0x2c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

/** Longer than any key that is looked for, with every character of it escaped. */
const LONGEST_KEY = 100;

export interface Member {
  /** Decoded. */
  readonly key: string;
  readonly value: Span;
}

/**
 * The members of the object at `at` that `isWanted` says yes to by their key, in order, repeated ones too. Null where there
 * stands no object.
 */
export function findMembers(
  bytes: Buffer,
  from: number,
  isWanted: (key: string) => boolean,
): readonly Member[] | null {
  const found: Member[] = [];
  let at = skipSpace(bytes, from);
  if (bytes[at] !== OPEN_BRACE) return null;
  at = skipSpace(bytes, at + 1);
  if (bytes[at] === CLOSE_BRACE) return found;
  for (;;) {
    if (bytes[at] !== QUOTE) return null;
    const keyEnd = skipString(bytes, at);
    if (keyEnd === -1) return null;
    const key = keyEnd - at > LONGEST_KEY ? null : readSpan(bytes, { start: at, end: keyEnd });
    at = skipSpace(bytes, keyEnd);
    if (bytes[at] !== COLON) return null;
    const start = skipSpace(bytes, at + 1);
    const end = skipValue(bytes, start);
    if (end === -1) return null;
    if (typeof key === "string" && isWanted(key)) found.push({ key, value: { start, end } });
    at = skipSpace(bytes, end);
    if (bytes[at] === CLOSE_BRACE) return found;
    if (bytes[at] !== COMMA) return null;
    at = skipSpace(bytes, at + 1);
  }
}
