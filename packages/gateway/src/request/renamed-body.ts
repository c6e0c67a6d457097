import { replaceModel, type ModelFields } from "./model-fields.ts";

/** From here on a copy costs more than writing the pieces one after the other. */
const LARGE_BYTES = 64 * 1024;

/**
 * The body as a backend is to get it, under the name that it knows. A large one is not copied for that: it goes in pieces,
 * with its length said in `headers`, since nobody else knows it then.
 */
export function renamedBody(
  bytes: Buffer,
  fields: ModelFields,
  { name, headers }: { name: string; headers: string[] },
): Buffer {
  if (fields.model === name) return bytes;
  if (bytes.length < LARGE_BYTES) return replaceModel(bytes, fields, name);
  const written = Buffer.from(JSON.stringify(name));
  const pieces = [bytes.subarray(0, fields.start), written, bytes.subarray(fields.end)];
  headers.push("content-length", String(bytes.length - (fields.end - fields.start) + written.length));
  // undici takes anything iterable, though its types do not say so.
  return pieces as unknown as Buffer;
}
