/** How a name is written where it stands: as a JSON string, or as a member of an object that has no name yet. */
export type NameForm = "json" | "first_member" | "only_member";

/** Where the model's name stands in a request body: bytes [start, end), quotes included. */
export interface NamePlace {
  readonly start: number;
  readonly end: number;
  readonly form: NameForm;
}

/** The body under another name, which is given as a JSON string: in pieces, every other byte as it was. */
export function renameBody(body: Buffer, { start, end, form }: NamePlace, name: Buffer): readonly Buffer[] {
  return [body.subarray(0, start), ...WRITTEN[form](name), body.subarray(end)];
}

const KEY = Buffer.from('"model":');
const COMMA = Buffer.from(",");

const WRITTEN: Readonly<Record<NameForm, (name: Buffer) => readonly Buffer[]>> = {
  json: (name) => [name],
  first_member: (name) => [KEY, name, COMMA],
  only_member: (name) => [KEY, name],
};
