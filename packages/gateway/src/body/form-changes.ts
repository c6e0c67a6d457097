import { isRecord } from "@rollcall/contract";
import { isWanted, type BodyChanges } from "./body-changes.ts";
import { leaveOut, NO_EDITS, type Edit } from "./edits.ts";
import { readParts, writePart, type Part } from "./multipart-parts.ts";

/**
 * The same as `changeBody` in a multipart/form-data body, where values are text and lists and maps are written as OpenAI's
 * clients do: `key[]`, `key[inner]`. Of what is taken out only whole fields count.
 */
export function changeForm(body: Buffer, changes: BodyChanges, isStream: boolean): readonly Edit[] {
  const boundary = boundaryOf(body);
  const read = readParts(body, boundary);
  if (!read.ok || read.value.length === 0) return NO_EDITS;
  const { additions, drops, replacements } = changes;
  const keys = new Set(read.value.map(keyOf).filter((key) => !replacements.has(key)));
  const added = additions
    .filter((addition) => isWanted(addition, keys, isStream))
    .flatMap(({ key, value }) => formFields(key, value))
    .map(([name, text]) => writePart(boundary, name, Buffer.from(text)));
  const isOut = ({ key }: Field) => replacements.has(key) || drops?.keys.get(key) === "all";
  const edits = leaveOut(fieldsOf(read.value), isOut);
  return added.length === 0 ? edits : [{ start: 0, end: 0, bytes: Buffer.concat(added) }, ...edits];
}

interface Field {
  readonly key: string;
  readonly start: number;
  readonly end: number;
}

const LINE_BREAK = "\r\n";

/** Each from its boundary on, with a line break between two. */
function fieldsOf(parts: readonly Part[]): readonly Field[] {
  return parts.map((part, index) => {
    const before = parts[index - 1];
    return {
      key: keyOf(part),
      start: before === undefined ? 0 : before.end + LINE_BREAK.length,
      end: part.end,
    };
  });
}

/** `timestamp_granularities` of `timestamp_granularities[]`. */
function keyOf({ name }: Part): string {
  const bracket = name.indexOf("[", 1);
  return bracket === -1 ? name : name.slice(0, bracket);
}

/** What was taken for a form begins with it. */
function boundaryOf(body: Buffer): string {
  return body.toString("latin1", 2, Math.max(2, body.indexOf(LINE_BREAK)));
}

/** A field for each text of the value; none for null. */
function formFields(key: string, value: unknown): readonly (readonly [string, string])[] {
  if (Array.isArray(value)) return value.flatMap((one) => formFields(`${key}[]`, one));
  if (isRecord(value))
    return Object.entries(value).flatMap(([inner, one]) => formFields(`${key}[${inner}]`, one));
  return value === null ? [] : [[key, typeof value === "string" ? value : JSON.stringify(value)]];
}
