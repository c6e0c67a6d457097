import type { IncomingMessage } from "node:http";
import { badRequest, type Refusal } from "./refusal.ts";

/** Largest body of a request, in bytes. */
export const MAX_BODY_BYTES = 1024 * 1024;

/** A request's body or query, once its schema has been held against it. */
export type Body = Readonly<Record<string, unknown>>;

/** A field that the schema lets be a text or null; null also where it was left out. */
export function textIn(body: Body, field: string): string | null {
  const value = body[field];
  return typeof value === "string" ? value : null;
}

/** A list of texts; null: it was left out. What is null is an empty one. */
export function textsIn(body: Body, field: string): readonly string[] | null {
  const value = body[field];
  return value === undefined ? null : ((value ?? []) as readonly string[]);
}

export function isTrue(body: Body, field: string): boolean {
  return body[field] === true;
}

const TOO_LARGE: Refusal = {
  status: 413,
  message: "the body is larger than 1 MiB",
  type: "bad_request_error",
  param: null,
};

/**
 * The object that was sent; nothing is an empty one. Off the connection itself: what the web's streams put in between costs
 * more than all the rest of a change.
 */
export async function readBody(incoming: IncomingMessage): Promise<Body | Refusal> {
  if (incoming.method === "GET") return {};
  const text = await readText(incoming);
  if (text === null) return TOO_LARGE;
  if (text === "") return {};
  try {
    const body: unknown = JSON.parse(text);
    if (typeof body === "object" && body !== null && !Array.isArray(body)) return body as Body;
  } catch {
    return badRequest("the body is not JSON", null);
  }
  return badRequest("the body is not a JSON object", null);
}

/** Null where it is too large. Rejects where the client leaves before the end of it. */
function readText(incoming: IncomingMessage): Promise<string | null> {
  if (Number(incoming.headers["content-length"] ?? 0) > MAX_BODY_BYTES) return Promise.resolve(null);
  return new Promise((resolve, reject) => {
    const pieces: Buffer[] = [];
    let bytes = 0;
    incoming.on("data", (piece: Buffer) => {
      bytes += piece.length;
      if (bytes <= MAX_BODY_BYTES) pieces.push(piece);
      else resolve(null);
    });
    incoming.once("end", () => resolve(Buffer.concat(pieces).toString("utf8")));
    incoming.once("error", reject);
    incoming.once("close", () => reject(new Error("the client left")));
  });
}
