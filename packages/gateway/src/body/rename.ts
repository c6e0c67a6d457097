/** How a name is written where it stands: as a JSON string, as a member of an object that has no name yet, or as plain text. */
export type NameForm = "json" | "first_member" | "only_member" | "text";

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

/** The body under another name: in pieces, every other byte as it was. */
export function renameBody(
  body: Buffer,
  { start, end, form }: NamePlace,
  name: WrittenName,
): readonly Buffer[] {
  return [body.subarray(0, start), ...WRITTEN[form](name), body.subarray(end)];
}

const KEY = Buffer.from('"model":');
const COMMA = Buffer.from(",");

const WRITTEN: Readonly<Record<NameForm, (name: WrittenName) => readonly Buffer[]>> = {
  json: ({ json }) => [json],
  first_member: ({ json }) => [KEY, json, COMMA],
  only_member: ({ json }) => [KEY, json],
  text: ({ text }) => [text],
};
