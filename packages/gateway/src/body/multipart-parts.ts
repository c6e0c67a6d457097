import { err, ok, type Result } from "@rollcall/contract";
import { parseHeaderValue, type HeaderValue } from "./header-value.ts";

/** One part of a multipart/form-data body. */
export interface Part {
  readonly name: string;
  /** A field's plain text: no file, and in no transfer encoding. */
  readonly isText: boolean;
  /** Bytes [start, end) of its content. */
  readonly start: number;
  readonly end: number;
}

/** OpenAI's largest form, 16 pictures and their fields, has a third. */
const MAX_PARTS = 100;

/** Headers of one part, in bytes: names and types need a quarter. With the most parts they are read in some 15 ms. */
const MAX_HEAD_BYTES = 2 * 1024;

const CRLF = Buffer.from("\r\n");
const BLANK_LINE = Buffer.from("\r\n\r\n");
const DASHES = Buffer.from("--");

/**
 * The parts of a whole body, or what is wrong with it. As strict as RFC 2046: what backends might read in different ways,
 * such as text before the first boundary, is refused, since one of them could find another `model` in it.
 */
export function readParts(body: Buffer, boundary: string): Result<readonly Part[], string> {
  const delimiter = Buffer.from(`\r\n--${boundary}`, "latin1");
  if (!isAt(body, 0, delimiter.subarray(CRLF.length)))
    return err("a body that does not begin with its boundary");
  const parts: Part[] = [];
  let at = delimiter.length - CRLF.length;
  for (;;) {
    if (isAt(body, at, DASHES))
      return isEnd(body, at + DASHES.length) ? ok(parts) : err("text behind the last boundary");
    if (!isAt(body, at, CRLF)) return err("a boundary without a line break behind it");
    const end = body.indexOf(delimiter, at);
    if (end === -1) return err("no closing boundary");
    if (parts.length === MAX_PARTS) return err(`more than ${MAX_PARTS} parts`);
    const part = readPart(body, at + CRLF.length, end);
    if (part === null) return err("a part without a readable Content-Disposition");
    parts.push(part);
    at = end + delimiter.length;
  }
}

/** Many clients end the last line. */
function isEnd(body: Buffer, at: number): boolean {
  return at === body.length || (isAt(body, at, CRLF) && at + CRLF.length === body.length);
}

function isAt(body: Buffer, at: number, bytes: Buffer): boolean {
  const end = at + bytes.length;
  return end <= body.length && body.compare(bytes, 0, bytes.length, at, end) === 0;
}

function readPart(body: Buffer, start: number, end: number): Part | null {
  const head = body.subarray(start, Math.min(end, start + MAX_HEAD_BYTES));
  const length = head.indexOf(BLANK_LINE);
  if (length === -1) return null;
  const headers = readHeaders(head.toString("latin1", 0, length));
  const disposition = parseHeaderValue(headers?.get("content-disposition") ?? "");
  const name = disposition?.value === "form-data" ? nameIn(disposition) : null;
  if (headers === null || disposition === null || name === null) return null;
  const isFile = disposition.parameters.has("filename") || disposition.parameters.has("filename*");
  const isText = !isFile && isIdentity(headers.get("content-transfer-encoding"));
  return { name, isText, start: start + length + BLANK_LINE.length, end };
}

/** An encoded name (`name*`) is plain to some readers and unknown to others. */
function nameIn({ parameters }: HeaderValue): string | null {
  for (const key of parameters.keys()) if (key.startsWith("name*")) return null;
  return parameters.get("name") ?? null;
}

const HEADER = /^([\w!#$%&'*+\-.^`|~]+):[ \t]*([^\r\n\0]*)$/;

/** Null for lines that are no headers, and for a header that comes twice. */
function readHeaders(head: string): ReadonlyMap<string, string> | null {
  const headers = new Map<string, string>();
  for (const line of head.split("\r\n")) {
    const [, name = "", value = ""] = HEADER.exec(line) ?? [];
    const key = name.toLowerCase();
    if (key === "" || headers.has(key)) return null;
    headers.set(key, value);
  }
  return headers;
}

function isIdentity(encoding = "binary"): boolean {
  return /^(7bit|8bit|binary)$/i.test(encoding.trim());
}

/** One field of a form, with the line break before the next boundary; its name is escaped as browsers do it. */
export function writePart(boundary: string, name: string, text: Buffer): Buffer {
  const escaped = name.replaceAll('"', "%22").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
  const disposition = `Content-Disposition: form-data; name="${escaped}"`;
  const head = [Buffer.from(`--${boundary}\r\n`, "latin1"), Buffer.from(`${disposition}\r\n\r\n`)];
  return Buffer.concat([...head, text, CRLF]);
}
