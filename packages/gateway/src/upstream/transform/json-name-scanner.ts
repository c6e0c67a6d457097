import type { ByteEdits } from "./byte-edits.ts";
import type { NamePaths, PathNode } from "./name-paths.ts";

const QUOTE_MARK = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
/** The bit in which brackets differ from braces. */
const BRACKET_TO_BRACE = 0x20;

/** So far strings and numbers are read byte by byte: most end before a search would pay. */
const NEAR_BYTES = 32;

const UNFINISHED = -1;
/** The same, and the next byte belongs to the backslash before it. */
const UNFINISHED_ESCAPE = -2;

/** Before and behind a document. */
const TOP = 0;
/** In an object that leads to a name: where a key may begin, behind the key, and behind its colon. */
const KEY = 1;
const COLON_OF_KEY = 2;
const VALUE = 3;
const IN_KEY = 4;
/** In a string that is no name, and in a name that is left out. */
const IN_STRING = 5;
const IN_NAME = 6;
/** Outside of strings, in an object or array that leads to no name. */
const NESTED = 7;

const NOWHERE: PathNode = { isName: false, children: [] };

/**
 * Puts another text in place of each string that stands at the end of a path, in JSON cut anywhere, without parsing it.
 * Holds nothing back: the new text leaves once the old one begins. What is no JSON comes out the same however it is cut.
 */
export class JsonNameScanner {
  readonly #root: PathNode;
  readonly #replacement: Buffer;
  #state = TOP;
  /** The object we are in, if it leads to a name, and those around it. */
  #node = NOWHERE;
  #above: PathNode[] = [];
  /** Where the last key leads to. */
  #target = NOWHERE;
  #depth = 0;
  /** What came of a string ended with a backslash: the next byte belongs to it. */
  #escaping = false;
  #cutKey: Buffer | null = null;

  constructor(paths: NamePaths, replacement: Buffer) {
    this.#root = paths.root;
    this.#replacement = replacement;
  }

  /** A new document begins, whatever came of the last one. */
  reset(): void {
    this.#state = TOP;
    this.#node = NOWHERE;
    this.#above = [];
    this.#depth = 0;
    this.#escaping = false;
    this.#cutKey = null;
  }

  /** Goes on with the bytes from `at` to `to`. */
  scan(edits: ByteEdits, at: number, to: number): void {
    let next = at;
    while (next < to) next = this.#step(edits, next, to);
  }

  /** Goes on only where a key was read last, to the end of its name if it has one. False: `to` comes before that. */
  scanValue(edits: ByteEdits, at: number, to: number): boolean {
    let next = at;
    while (this.#state === COLON_OF_KEY || this.#state === VALUE || this.#state === IN_NAME) {
      if (next >= to) return false;
      next = this.#step(edits, next, to);
    }
    return true;
  }

  #step(edits: ByteEdits, at: number, to: number): number {
    switch (this.#state) {
      case TOP:
        return this.#readTop(edits.bytes, at, to);
      case KEY:
        return this.#findKey(edits.bytes, at, to);
      case IN_KEY:
        return this.#readKey(edits, at, to);
      case COLON_OF_KEY:
        return this.#readColon(edits.bytes, at);
      case VALUE:
        return this.#readValue(edits, at);
      case IN_NAME:
        return this.#leaveOutName(edits, at, to);
      case IN_STRING:
        return this.#skipString(edits, at, to);
      default:
        return this.#skipNested(edits, at, to);
    }
  }

  #readTop(bytes: Buffer, at: number, to: number): number {
    for (let index = at; index < to; index += 1) {
      const byte = bytes[index];
      if (byte === OPEN_BRACE) {
        this.#node = this.#root;
        this.#state = KEY;
      } else if (byte === OPEN_BRACKET) this.#nest();
      else if (byte === QUOTE_MARK) this.#state = IN_STRING;
      else continue;
      return index + 1;
    }
    return to;
  }

  /** White space, commas, and what is left of numbers and literals all pass alike. */
  #findKey(bytes: Buffer, at: number, to: number): number {
    for (let index = at; index < to; index += 1) {
      const byte = bytes[index];
      if (byte === QUOTE_MARK) this.#state = IN_KEY;
      else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) this.#nest();
      else if (byte !== CLOSE_BRACE) continue;
      else {
        this.#node = this.#above.pop() ?? NOWHERE;
        this.#goOn();
      }
      return index + 1;
    }
    return to;
  }

  #readKey(edits: ByteEdits, at: number, to: number): number {
    const end = this.#endOfString(edits, at, to);
    if (end === UNFINISHED) {
      this.#keepCutKey(edits.bytes.subarray(at, to));
      return to;
    }
    if (this.#cutKey === null) this.#target = this.#match(edits.bytes, at, end - 1);
    else {
      this.#keepCutKey(edits.bytes.subarray(at, end - 1));
      this.#target = this.#match(this.#cutKey, 0, this.#cutKey.length);
      this.#cutKey = null;
    }
    // As nearly everybody writes it.
    const joined = end < to && edits.bytes[end] === COLON;
    this.#state = joined ? VALUE : COLON_OF_KEY;
    return joined ? end + 1 : end;
  }

  /** Copied, since the bytes may be those of a shared buffer; no further than a key that could match. */
  #keepCutKey(piece: Buffer): void {
    const longest = Math.max(...this.#node.children.map(({ key }) => key.length));
    const kept = this.#cutKey ?? EMPTY;
    this.#cutKey = Buffer.concat([kept, piece.subarray(0, Math.max(0, longest + 1 - kept.length))]);
  }

  #match(bytes: Buffer, start: number, end: number): PathNode {
    for (const { key, node } of this.#node.children) {
      if (key.length !== end - start) continue;
      let same = 0;
      while (same < key.length && bytes[start + same] === key[same]) same += 1;
      if (same === key.length) return node;
    }
    return NOWHERE;
  }

  #readColon(bytes: Buffer, at: number): number {
    const byte = bytes[at];
    if (isSpace(byte)) return at + 1;
    this.#state = byte === COLON ? VALUE : KEY;
    return byte === COLON ? at + 1 : at;
  }

  #readValue(edits: ByteEdits, at: number): number {
    const byte = edits.bytes[at];
    if (isSpace(byte)) return at + 1;
    if (byte === QUOTE_MARK && this.#target.isName) {
      edits.keepTo(at);
      edits.insert(this.#replacement);
      edits.leaveOutTo(at + 1);
      this.#state = IN_NAME;
    } else if (byte === QUOTE_MARK) this.#state = IN_STRING;
    else if (byte === OPEN_BRACE && this.#target.children.length > 0) {
      this.#above.push(this.#node);
      this.#node = this.#target;
      this.#state = KEY;
    } else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) this.#nest();
    else this.#state = KEY;
    return byte === CLOSE_BRACE ? at : at + 1;
  }

  #leaveOutName(edits: ByteEdits, at: number, to: number): number {
    edits.keepTo(at);
    const end = this.#endOfString(edits, at, to);
    edits.leaveOutTo(end === UNFINISHED ? to : end);
    if (end !== UNFINISHED) this.#state = KEY;
    return end === UNFINISHED ? to : end;
  }

  #skipString(edits: ByteEdits, at: number, to: number): number {
    const end = this.#endOfString(edits, at, to);
    if (end === UNFINISHED) return to;
    this.#goOn();
    return end;
  }

  #skipNested(edits: ByteEdits, at: number, to: number): number {
    const { bytes } = edits;
    let near = at + NEAR_BYTES;
    let index = at;
    let depth = this.#depth;
    while (index < to && depth > 0) {
      const byte = bytes[index] ?? 0;
      index += 1;
      if (byte === QUOTE_MARK) {
        const end = findEnd(edits, index, to);
        if (end < 0) {
          this.#escaping = end === UNFINISHED_ESCAPE;
          this.#state = IN_STRING;
          break;
        }
        index = end;
      } else if ((byte | BRACKET_TO_BRACE) === OPEN_BRACE) depth += 1;
      else if ((byte | BRACKET_TO_BRACE) === CLOSE_BRACE) depth -= 1;
      else {
        if (index >= near) index = edits.search.structure(index);
        continue;
      }
      near = index + NEAR_BYTES;
    }
    this.#depth = depth;
    if (depth === 0) this.#goOn();
    return this.#state === IN_STRING ? to : index;
  }

  /** Behind the closing quote of a string that goes on at `at`, or UNFINISHED: then the string goes on in what comes next. */
  #endOfString(edits: ByteEdits, at: number, to: number): number {
    const end = findEnd(edits, this.#escaping ? at + 1 : at, to);
    this.#escaping = end === UNFINISHED_ESCAPE;
    return end < 0 ? UNFINISHED : end;
  }

  #nest(): void {
    this.#depth = 1;
    this.#state = NESTED;
  }

  /** Behind a string, or where an object or array has ended. */
  #goOn(): void {
    if (this.#depth > 0) this.#state = NESTED;
    else this.#state = this.#node === NOWHERE ? TOP : KEY;
  }
}

const EMPTY = Buffer.alloc(0);

function isSpace(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

/** Behind the closing quote of the string in which `at` is; negative where it does not stand before `to`. */
function findEnd(edits: ByteEdits, at: number, to: number): number {
  const { bytes } = edits;
  let index = at;
  while (index < to) {
    const near = Math.min(to, index + NEAR_BYTES);
    while (index < near) {
      const byte = bytes[index];
      if (byte === QUOTE_MARK) return index + 1;
      index += byte === BACKSLASH ? 2 : 1;
    }
    if (index < to) index = beforeQuote(edits, index, to);
  }
  return index > to ? UNFINISHED_ESCAPE : UNFINISHED;
}

/** Where the next quote stands, or the backslash that makes it part of the string. */
function beforeQuote({ bytes, search }: ByteEdits, at: number, to: number): number {
  const quote = Math.min(to, search.quote(at));
  let slash = quote;
  while (slash > at && bytes[slash - 1] === BACKSLASH) slash -= 1;
  return (quote - slash) % 2 === 0 ? quote : quote - 1;
}
