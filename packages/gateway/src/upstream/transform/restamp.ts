const KEY = Buffer.from('"model"');
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;
const EMPTY = Buffer.alloc(0);

/** A name longer than this is none: what waits for its end is let go. */
const MAX_HELD = 64 * 1024;

/**
 * Puts the alias in place of the upstream's name, wherever a key `model` has a string for its value, without parsing: an
 * escaped quote can never be the byte sequence `"model"`, so text inside strings is not touched.
 * Fed with chunks cut anywhere; what could be the beginning of a key is held back until more is known.
 */
export class Restamper {
  readonly #alias: Buffer;
  #held: Buffer = EMPTY;

  constructor(alias: string) {
    this.#alias = Buffer.from(JSON.stringify(alias));
  }

  /** What may go out now, in parts, so that whoever writes it copies it once. */
  push(chunk: Buffer): Buffer[] {
    const bytes = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk]);
    const parts: Buffer[] = [];
    let copied = 0;
    let from = 0;
    let sure = -1;
    for (let at = bytes.indexOf(KEY); at !== -1; at = bytes.indexOf(KEY, from)) {
      const start = bytes[at - 1] === BACKSLASH ? NONE : findValue(bytes, at + KEY.length);
      const end = start < 0 ? start : findEnd(bytes, start);
      if (end === UNFINISHED) {
        sure = at;
        break;
      }
      from = end === NONE ? at + 1 : end;
      if (end === NONE) continue;
      parts.push(bytes.subarray(copied, start), this.#alias);
      copied = end;
    }
    if (sure === -1) sure = Math.max(copied, bytes.length - partialKey(bytes));
    if (bytes.length - sure > MAX_HELD) sure = bytes.length;
    this.#held = sure === bytes.length ? EMPTY : bytes.subarray(sure);
    if (copied === 0 && sure === bytes.length) return [bytes];
    if (copied < sure) parts.push(bytes.subarray(copied, sure));
    return parts;
  }

  /** What was held back, at the end. */
  flush(): Buffer {
    const rest = this.#held;
    this.#held = EMPTY;
    return rest;
  }
}

/** Not a key with a string for its value. */
const NONE = -1;
/** Not all there yet. */
const UNFINISHED = -2;

/** Behind `"model"`: colon, white space, string? Then where its opening quote stands. */
function findValue(bytes: Buffer, at: number): number {
  const colon = skipSpace(bytes, at);
  if (colon === bytes.length) return UNFINISHED;
  if (bytes[colon] !== COLON) return NONE;
  const start = skipSpace(bytes, colon + 1);
  if (start === bytes.length) return UNFINISHED;
  return bytes[start] === QUOTE ? start : NONE;
}

/** Behind the closing quote of the string that opens at `start`. */
function findEnd(bytes: Buffer, start: number): number {
  for (let index = start + 1; index < bytes.length; index += 1) {
    if (bytes[index] === BACKSLASH) index += 1;
    else if (bytes[index] === QUOTE) return index + 1;
  }
  return UNFINISHED;
}

function skipSpace(bytes: Buffer, at: number): number {
  let index = at;
  while (
    index < bytes.length &&
    (bytes[index] === 0x20 || bytes[index] === 0x0a || bytes[index] === 0x0d || bytes[index] === 0x09)
  )
    index += 1;
  return index;
}

/** How many bytes at the end could be the beginning of the key, with the backslash before it that unmakes one. */
function partialKey(bytes: Buffer): number {
  const { length } = bytes;
  if (bytes[length - 1] === BACKSLASH) return 1;
  // The key holds a quote at both ends only, so the last quote is where a part of it begins.
  let start = length - 1;
  const first = Math.max(0, length - KEY.length + 1);
  while (start >= first && bytes[start] !== QUOTE) start -= 1;
  if (start < first) return 0;
  for (let index = start + 1; index < length; index += 1) if (bytes[index] !== KEY[index - start]) return 0;
  return bytes[start - 1] === BACKSLASH ? length - start + 1 : length - start;
}
