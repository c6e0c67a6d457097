import { ByteEdits } from "./byte-edits.ts";
import { JsonNameScanner } from "./json-name-scanner.ts";
import type { Transform } from "./transform.ts";
import { endOfLastMark, findMark, type NamePaths } from "./name-paths.ts";

const EMPTY = Buffer.alloc(0);
const NEWLINE = Buffer.from("\n");
const DATA = Buffer.from("data:");
const LF = 0x0a;
const CR = 0x0d;

/** A beginning longer than this is not remembered. */
const MAX_PREFIX_BYTES = 512;

/** After so many beginnings in a row that did not come again, none is remembered any more. */
const MAX_MISSES = 4;

/** Where in a line of an event we are: in `data:` at its start, in what comes behind it, or in a line of another field. */
const FIELD = 0;
const VALUE = 1;
const OTHER = 2;

/**
 * Server-sent events, cut anywhere, the data of each a JSON text. Events of one stream mostly begin alike up to behind the
 * name: where one begins like the one before and has no other `"model"` in it, the scan would find what it found there.
 */
export class EventNameRewriter implements Transform {
  readonly #marks: readonly Buffer[];
  readonly #scanner: JsonNameScanner;
  #line = FIELD;
  /** How much of `data:` has come. */
  #matched = 0;
  /** A `data:` line has come in this event: another one goes on with its text. */
  #hasData = false;
  /** At the start of an event. */
  #fresh = true;
  /** How the last event began, up to behind its name, and what came of that. */
  #prefix = EMPTY;
  #rewritten = EMPTY;
  #misses = 0;

  /** `name`: what is written in place of each name, as JSON. */
  constructor(name: Buffer, paths: NamePaths) {
    this.#marks = paths.marks;
    this.#scanner = new JsonNameScanner(paths, name);
  }

  push(bytes: Buffer): Buffer[] {
    if (this.#fresh && isBlankLine(bytes, bytes.length - 1)) return this.#pushWhole(bytes);
    const edits = new ByteEdits(bytes);
    let at = 0;
    while (at < bytes.length) at = this.#scanEvent(edits, at, Infinity);
    return edits.take(bytes.length);
  }

  /** Nothing: a name's replacement leaves when the name begins. */
  flush(): Buffer {
    return EMPTY;
  }

  /** Whole events: those that cannot hold a name, or hold it where the last one did, need no scan. */
  #pushWhole(bytes: Buffer): Buffer[] {
    const parts: Buffer[] = [];
    let edits: ByteEdits | null = null;
    let lastMark = -1;
    let at = 0;
    while (at < bytes.length) {
      const end = this.#endOfKnown(bytes, at);
      if (end !== -1) {
        parts.push(this.#rewritten, bytes.subarray(at + this.#prefix.length, end));
        at = end;
        continue;
      }
      if (edits === null) {
        lastMark = endOfLastMark(this.#marks, bytes);
        if (lastMark === -1) return [bytes];
        edits = new ByteEdits(bytes);
      }
      edits.leaveOutTo(at);
      const next = lastMark <= at ? bytes.length : this.#scanEvent(edits, at, lastMark);
      const scanned = edits.take(next);
      this.#remember(scanned, bytes.subarray(at, next));
      parts.push(...scanned);
      at = next;
    }
    return parts;
  }

  /** Where the event at `at` ends, or all of them, if it begins as the last one did and needs no scan; else -1. */
  #endOfKnown(bytes: Buffer, at: number): number {
    const { length } = this.#prefix;
    const from = at + length;
    if (length === 0 || from > bytes.length) return -1;
    if (bytes.compare(this.#prefix, 0, length, at, from) !== 0) return -1;
    this.#misses = 0;
    const mark = findMark(this.#marks, bytes, from);
    if (mark === -1) return bytes.length;
    const line = bytes.indexOf(LF, from);
    const end = bytes[line + 1] === CR ? line + 2 : line + 1;
    return bytes[end] === LF && end < mark ? end + 1 : -1;
  }

  #remember(scanned: readonly Buffer[], event: Buffer): void {
    const [before, alias, rest] = scanned;
    if (scanned.length !== 3 || before === undefined || alias === undefined || rest === undefined) return;
    // A name without an end reaches to the end of its line: what it would be in another event is not known.
    if (rest[0] === LF) return;
    const length = event.length - rest.length;
    if (length > MAX_PREFIX_BYTES || this.#misses === MAX_MISSES) return;
    this.#misses += 1;
    this.#prefix = kept([event.subarray(0, length)]);
    this.#rewritten = kept([before, alias]);
  }

  /** To behind the blank line that ends the event, or to the end of all where no key of a name comes behind `lastMark`. */
  #scanEvent(edits: ByteEdits, from: number, lastMark: number): number {
    const { bytes } = edits;
    this.#fresh = false;
    let at = from;
    while (at < bytes.length) {
      if (this.#line === FIELD) {
        at = this.#readField(bytes, at);
        if (this.#fresh) return at;
        continue;
      }
      const lineFeed = bytes.indexOf(LF, at);
      const end = lineFeed === -1 ? bytes.length : lineFeed;
      if (this.#line === VALUE) {
        this.#scanner.scan(edits, at, Math.min(end, lastMark));
        if (lastMark <= end && this.#scanner.scanValue(edits, Math.max(at, lastMark), end)) break;
      }
      if (lineFeed !== -1) this.#line = FIELD;
      at = end + 1;
    }
    if (lastMark !== Infinity) this.#endEvent();
    return bytes.length;
  }

  #readField(bytes: Buffer, at: number): number {
    const byte = bytes[at];
    if (byte === LF) {
      if (this.#matched === 0) this.#endEvent();
      this.#matched = 0;
    } else if (byte !== CR || this.#matched > 0) {
      this.#matched = byte === DATA[this.#matched] ? this.#matched + 1 : 0;
      if (this.#matched === 0) this.#line = OTHER;
      if (this.#matched === DATA.length) this.#beginData();
    }
    return at + 1;
  }

  #beginData(): void {
    this.#line = VALUE;
    this.#matched = 0;
    // The lines of an event's data are one text with a line feed between them.
    if (this.#hasData) this.#scanner.scan(new ByteEdits(NEWLINE), 0, 1);
    this.#hasData = true;
  }

  #endEvent(): void {
    this.#fresh = true;
    this.#line = FIELD;
    this.#hasData = false;
    this.#scanner.reset();
  }
}

/** A copy with memory of its own: one from Node's pool would keep all 64 KiB around it for as long as the stream runs. */
function kept(parts: readonly Buffer[]): Buffer<ArrayBuffer> {
  const bytes = Buffer.allocUnsafeSlow(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) at += part.copy(bytes, at);
  return bytes;
}

/** Whether the line feed at `at` ends a line without anything in it, and with it an event. */
function isBlankLine(bytes: Buffer, at: number): boolean {
  if (bytes[at] !== LF) return false;
  return bytes[at - 1] === LF || (bytes[at - 1] === CR && bytes[at - 2] === LF);
}
