import type { ModelFields } from "./model-fields.ts";

/** The body under another name, which is given as a JSON string: in pieces, every other byte as it was. */
export function renamedBody(bytes: Buffer, { start, end }: ModelFields, name: Buffer): readonly Buffer[] {
  return [bytes.subarray(0, start), name, bytes.subarray(end)];
}
