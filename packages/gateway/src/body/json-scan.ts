/**
 * Walks JSON text as bytes without building values. Only what is needed to step over a value is checked: strings end,
 * brackets balance. The rest is the backend's to refuse.
 */

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const COMMA = 0x2c;

/** Index of the first byte at or after `at` that is not white space. */
export function skipSpace(bytes: Buffer, at: number): number {
  let index = at;
  for (;;) {
    const byte = bytes[index];
    if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return index;
    index += 1;
  }
}

/** Up to here looking at each byte costs less than a call of the native search. */
const SHORT = 32;

/**
 * `at` is on an opening quote; the index behind the closing one, or -1. Native search makes long prompts cheap; code, with
 * an escaped quote in every line, is looked through byte by byte.
 */
export function skipString(bytes: Buffer, at: number): number {
  let from = at + 1;
  for (;;) {
    const near = Math.min(from + SHORT, bytes.length);
    for (; from < near; from += 1) {
      const byte = bytes[from];
      if (byte === QUOTE) return from + 1;
      // What is escaped is no end.
      if (byte === BACKSLASH) from += 1;
    }
    const close = bytes.indexOf(QUOTE, from);
    if (close === -1) return -1;
    let slashes = 0;
    while (close - 1 - slashes >= from && bytes[close - 1 - slashes] === BACKSLASH) slashes += 1;
    if (slashes % 2 === 0) return close + 1;
    from = close + 1;
  }
}

/** `text` is of ASCII alone. */
export function isTextAt(bytes: Buffer, at: number, text: string): boolean {
  for (let index = 0; index < text.length; index += 1)
    if (bytes[at + index] !== text.charCodeAt(index)) return false;
  return true;
}

/** `at` is on the first byte of a value; the index behind its last, or -1. Iterative: depth is the sender's choice. */
export function skipValue(bytes: Buffer, at: number): number {
  let depth = 0;
  let index = at;
  while (index < bytes.length) {
    const byte = bytes[index];
    if (byte === QUOTE) {
      index = skipString(bytes, index);
      if (index === -1 || depth === 0) return index;
      continue;
    }
    if (byte === OPEN_BRACE || byte === OPEN_BRACKET) depth += 1;
    else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) {
      if (depth === 0) return index === at ? -1 : index;
      depth -= 1;
      if (depth === 0) return index + 1;
    } else if (byte === COMMA && depth === 0) return index === at ? -1 : index;
    index += 1;
  }
  return depth === 0 && index > at ? index : -1;
}
