import type { Dialect, Endpoint } from "@rollcall/contract";

/** What tells whether an answer of an endpoint is whole, ready to be looked for. */
export interface AnswerMarks {
  /** In quotes: the key that every JSON answer has; null where there is none. */
  readonly content: Buffer | null;
  /** In quotes: the key whose value says how an answer ended; null where there is none. */
  readonly finish: Buffer | null;
  /** The data that ends a stream; none where an event's name does. */
  readonly terminals: readonly string[];
  /** The names of the events that end a stream, which every server repeats in the data. */
  readonly terminalNames: readonly string[];
  /** What has none of these in it neither ends a stream nor is an error. */
  readonly ends: readonly Buffer[];
  /** The names of the events that open a stream and carry nothing. */
  readonly openings: readonly string[];
  /** Do events carry an `event:` line? */
  readonly isNamed: boolean;
  /** Usage stands in an event that opens a stream, too. */
  readonly usageOpens: boolean;
  /** In whose shape a stream tells of its cut. */
  readonly dialect: Dialect;
  /** Not JSON that anything is known of: the bytes are not looked into. */
  readonly isOpaque: boolean;
}

/** Every event that is an error has it in it: as a key, as a name, or as a field. */
const ERROR = "error";

export function compileMarks({ dialect, response }: Pick<Endpoint, "dialect" | "response">): AnswerMarks {
  const { content, events, model } = response;
  const terminal = events?.terminal ?? [];
  return {
    content: content === null ? null : quoted(content),
    finish: events === null || events.finish === null ? null : quoted(events.finish),
    terminals: terminal.filter(isData),
    terminalNames: terminal.filter((one) => !isData(one)),
    ends: [ERROR, ...terminal].map((mark) => Buffer.from(mark)),
    openings: events?.opening ?? [],
    isNamed: events?.named === true,
    usageOpens: (events?.usage.length ?? 0) > 1,
    dialect,
    isOpaque: content === null && model.length === 0,
  };
}

/** `[DONE]` is no JSON, and no name. */
function isData(terminal: string): boolean {
  return terminal.startsWith("[");
}

function quoted(key: string): Buffer {
  return Buffer.from(JSON.stringify(key));
}

/** Whether a part of an answer says that it is finished. vLLM "aborts" what runs when it stops: under a 200, without an error. */
export type Finish = "open" | "finished" | "aborted";

const COLON = 0x3a;
const QUOTE = 0x22;
const SPACE = 0x20;
const N = 0x6e;
/** A colon and a digit. */
const SHORTEST_VALUE = 2;
const ABORT = Buffer.from('"abort"');

/** By the key's values; null and an empty text say nothing. In a text the quotes of the key would be escaped. */
export function finishIn(bytes: Buffer, key: Buffer): Finish {
  let finish: Finish = "open";
  // Most events have the key once, near their end: where it has no room to come again it is not looked for.
  const last = bytes.length - key.length - SHORTEST_VALUE;
  for (let at = bytes.indexOf(key); at !== -1; at = nextKey(bytes, key, { at, last })) {
    let value = skipSpaces(bytes, at + key.length);
    if (bytes[value] !== COLON) continue;
    value = skipSpaces(bytes, value + 1);
    const first = bytes[value];
    if (first === N || first === undefined || (first === QUOTE && bytes[value + 1] === QUOTE)) continue;
    if (first === QUOTE && bytes.compare(ABORT, 0, ABORT.length, value, value + ABORT.length) === 0)
      return "aborted";
    finish = "finished";
  }
  return finish;
}

function nextKey(bytes: Buffer, key: Buffer, { at, last }: { at: number; last: number }): number {
  const from = at + key.length;
  return from > last ? -1 : bytes.indexOf(key, from);
}

function skipSpaces(bytes: Buffer, from: number): number {
  let at = from;
  while (isSpace(bytes[at])) at += 1;
  return at;
}

function isSpace(byte: number | undefined): boolean {
  return byte === SPACE || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

/** Where the first byte is that is no white space. */
export function startOfText(bytes: Buffer): number {
  return skipSpaces(bytes, 0);
}

/** Behind the last byte that is no white space. */
export function endOfText(bytes: Buffer): number {
  let end = bytes.length;
  while (end > 0 && isSpace(bytes[end - 1])) end -= 1;
  return end;
}
