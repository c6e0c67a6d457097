import { readFileSync } from "node:fs";
import type { Question } from "./ask.ts";

/** The request of a recorded exchange. */
export interface RecordedRequest {
  readonly method: string;
  readonly path: string;
  /** Undefined where none was recorded. */
  readonly body: Buffer | undefined;
}

export function captureFile(name: string): string {
  return new URL(`captures/${name}`, import.meta.url).pathname;
}

export function readCapture(name: string): Buffer {
  return readFileSync(captureFile(name));
}

/** "POST /v1/chat/completions" and a line with the body as Python prints it. */
export function recordedRequest(name: string): RecordedRequest {
  const [first = "", second = ""] = readCapture(name).toString("latin1").split("\n");
  const [method = "", path = ""] = first.split(" ");
  return { method, path, body: second.startsWith("> ") ? bodyOf(second.slice(2)) : undefined };
}

function bodyOf(printed: string): Buffer | undefined {
  const literal = /^b?'(.*)'$/.exec(printed)?.[1];
  if (literal === undefined || literal === "null") return undefined;
  const text = literal.replaceAll(/\\(?:x([0-9a-f]{2})|(.))/g, (_match, hex?: string, one?: string) =>
    hex === undefined ? (one ?? "") : String.fromCharCode(Number.parseInt(hex, 16)),
  );
  // What was sent as it is was recorded as a JSON string.
  return Buffer.from(text.startsWith('"') ? (JSON.parse(text) as string) : text, "latin1");
}

export function question({ method, body }: RecordedRequest, headers: Record<string, string>): Question {
  const type = body === undefined ? {} : { "content-type": "application/json" };
  return { method, headers: { ...type, ...headers }, ...(body !== undefined && { raw: body }) };
}
