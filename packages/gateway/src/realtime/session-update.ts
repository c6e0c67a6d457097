import { readSpan, type Span } from "../body/json-fields.ts";
import { skipSpace, skipValue } from "../body/json-scan.ts";
import { membersOf } from "../body/json-walk.ts";

const TYPE = "type";
const MODEL = "model";
const SESSION = "session";
const SESSION_UPDATE = "session.update";

/** Without one of these bytes nothing in a text can be a key `model`; an escape may spell one. */
const MARKS = ['"model"', String.raw`\u`].map((mark) => Buffer.from(mark));

/** A name in an app's message. */
export interface SentName {
  readonly name: string;
  /** The JSON string, with its quotes. */
  readonly span: Span;
}

/** What a `session.update` says of models: at the top as vLLM reads it, in `session` as OpenAI's does. */
export interface SessionUpdate {
  /** In the order of the bytes: of keys that repeat, all. */
  readonly names: readonly SentName[];
  /** The one that holds; null where none of them is a text. */
  readonly model: string | null;
}

/** Null where the message is another one. */
export function readSessionUpdate(text: Buffer): SessionUpdate | null {
  const start = skipSpace(text, 0);
  // Half an object is no JSON.
  if (skipValue(text, start) === -1) return null;
  const members = membersOf(text, { start });
  const type = members.findLast(({ key }) => key === TYPE);
  if (type === undefined || readSpan(text, type.value) !== SESSION_UPDATE) return null;
  const top = members.flatMap(({ key, value }) => (key === MODEL ? nameAt(text, value) : []));
  const inner = members.flatMap(({ key, value }) => (key === SESSION ? namesIn(text, value) : []));
  const names = [...top, ...inner].toSorted((one, other) => one.span.start - other.span.start);
  return { names, model: (top.at(-1) ?? inner.at(-1))?.name ?? null };
}

/** False: the message names no model, whatever it is. Fast, for messages may hold megabytes of audio. */
export function mayNameModel(text: Buffer): boolean {
  return MARKS.some((mark) => text.includes(mark));
}

/** The message with one name in place of all others; every other byte as it was. */
export function renameSession(text: Buffer, { names }: SessionUpdate, written: Buffer): Buffer {
  const parts: Buffer[] = [];
  let done = 0;
  for (const { span } of names) {
    parts.push(text.subarray(done, span.start), written);
    done = span.end;
  }
  return Buffer.concat([...parts, text.subarray(done)]);
}

function namesIn(text: Buffer, session: Span): readonly SentName[] {
  return membersOf(text, session).flatMap(({ key, value }) => (key === MODEL ? nameAt(text, value) : []));
}

function nameAt(text: Buffer, span: Span): readonly SentName[] {
  const name = readSpan(text, span);
  return typeof name === "string" ? [{ name, span }] : [];
}
