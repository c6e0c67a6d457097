import type { ErrorBody } from "@rollcall/contract";

/** So much of the message is worth looking at. */
const LOOKED_AT = 16 * 1024;

const MESSAGE = /"message"\s*:\s*("(?:[^"\\]|\\(?:u[\da-f]{4}|[^u]))*)/i;

/** Reads an error body that was too long to be read to its end: its message, as far as it goes. Null where there is none. */
export function readCutErrorBody(text: string): ErrorBody | null {
  if (!text.startsWith("{") || text.endsWith("}")) return null;
  const message = MESSAGE.exec(text.slice(0, LOOKED_AT))?.[1];
  if (message === undefined) return null;
  try {
    return { message: String(JSON.parse(`${message}"`)), type: "", param: null, code: null };
  } catch {
    return null;
  }
}
