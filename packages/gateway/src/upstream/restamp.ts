const KEY = Buffer.from('"model"');
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;

/** A name longer than this is none: what waits for its end is let go. */
const MAX_HELD = 64 * 1024;

/**
 * Puts the alias in place of the upstream's name, wherever a key `model` has a string for its value, without parsing: an
 * escaped quote can never be the byte sequence `"model"`, so text inside strings is not touched.
 * Fed with chunks cut anywhere; what could be the beginning of a key is held back until more is known.
 */
export class Restamper {
  readonly #alias: Buffer;
  #held: Buffer = Buffer.alloc(0);

  constructor(alias: string) {
    this.#alias = Buffer.from(JSON.stringify(alias));
  }

  /** What may go out now. */
  push(chunk: Buffer): Buffer {
    const bytes = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk]);
    const { done, from } = this.#replace(bytes);
    const hold = from < bytes.length && bytes.length - from > MAX_HELD ? bytes.length : from;
    this.#held = bytes.subarray(hold);
    if (done.length === 0) return hold === bytes.length ? bytes : bytes.subarray(0, hold);
    done.push(bytes.subarray(this.#copied, hold));
    return Buffer.concat(done);
  }

  /** What was held back, at the end. */
  flush(): Buffer {
    const rest = this.#held;
    this.#held = Buffer.alloc(0);
    return rest;
  }

  #copied = 0;

  /** The parts up to the last replacement, and from where on nothing is certain yet. */
  #replace(bytes: Buffer): { done: Buffer[]; from: number } {
    const done: Buffer[] = [];
    this.#copied = 0;
    let at = bytes.indexOf(KEY);
    while (at !== -1) {
      const value = bytes[at - 1] === BACKSLASH ? NONE : findValue(bytes, at + KEY.length);
      if (value === UNFINISHED) return { done, from: at };
      if (value !== NONE) {
        done.push(bytes.subarray(this.#copied, value.start), this.#alias);
        this.#copied = value.end;
      }
      at = bytes.indexOf(KEY, value === NONE ? at + 1 : value.end);
    }
    return { done, from: Math.max(this.#copied, bytes.length - partialKey(bytes)) };
  }
}

const NONE = Symbol("not a key with a string");
const UNFINISHED = Symbol("not all there yet");

interface Span {
  readonly start: number;
  readonly end: number;
}

/** Behind `"model"`: colon, white space, string? */
function findValue(bytes: Buffer, at: number): Span | typeof NONE | typeof UNFINISHED {
  const colon = skipSpace(bytes, at);
  if (colon === bytes.length) return UNFINISHED;
  if (bytes[colon] !== COLON) return NONE;
  const start = skipSpace(bytes, colon + 1);
  if (start === bytes.length) return UNFINISHED;
  if (bytes[start] !== QUOTE) return NONE;
  for (let index = start + 1; index < bytes.length; index += 1) {
    if (bytes[index] === BACKSLASH) index += 1;
    else if (bytes[index] === QUOTE) return { start, end: index + 1 };
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
  if (bytes[bytes.length - 1] === BACKSLASH) return 1;
  for (let length = Math.min(KEY.length - 1, bytes.length); length > 0; length -= 1) {
    const start = bytes.length - length;
    if (bytes.compare(KEY, 0, length, start) === 0)
      return bytes[start - 1] === BACKSLASH ? length + 1 : length;
  }
  return 0;
}
