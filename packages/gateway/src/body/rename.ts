import type { Edit } from "./edits.ts";
import { writePart } from "./multipart-parts.ts";

/**
 * How a name is written where it stands: as a JSON string, as a member of an object that has no name yet, as plain text, not at
 * all, or as the first part of a form with that boundary.
 */
export type NameForm =
  | "json"
  | "first_member"
  | "only_member"
  | "text"
  | "nowhere"
  | { readonly part: string };

/** Where the model's name stands in a request body: bytes [start, end), the quotes of JSON included. */
export interface NamePlace {
  readonly start: number;
  readonly end: number;
  readonly form: NameForm;
  /** The name that stands there; null where there is none, or something else. */
  readonly sent: string | null;
}

/** A name as bodies write it. */
export interface WrittenName {
  /** A JSON string, with its quotes. */
  readonly json: Buffer;
  readonly text: Buffer;
}

export function writeName(name: string): WrittenName {
  return { json: Buffer.from(JSON.stringify(name)), text: Buffer.from(name) };
}

/** Puts a name where it belongs. */
export function renaming({ start, end, form }: NamePlace, name: WrittenName): Edit {
  const bytes = typeof form === "string" ? WRITTEN[form](name) : writePart(form.part, "model", name.text);
  return { start, end, bytes };
}

const KEY = Buffer.from('"model":');
const COMMA = Buffer.from(",");

const WRITTEN: Readonly<Record<Extract<NameForm, string>, (name: WrittenName) => Buffer>> = {
  json: ({ json }) => json,
  first_member: ({ json }) => Buffer.concat([KEY, json, COMMA]),
  only_member: ({ json }) => Buffer.concat([KEY, json]),
  text: ({ text }) => text,
  nowhere: () => Buffer.alloc(0),
};
