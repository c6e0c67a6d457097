import { ProtocolError } from "./protocol-error.ts";

/** How the end of a body is known (RFC 9112, section 6.3). */
export type BodyEnd =
  | { readonly by: "length"; readonly bytes: number }
  | { readonly by: "chunks" }
  /** The end of the connection is the end of the answer. */
  | { readonly by: "close" };

/** Status line and headers of an answer. */
export interface ResponseHead {
  readonly status: number;
  /** Names in lower case and values in turn; those that say how the answer is framed are not among them. */
  readonly headers: readonly string[];
  readonly bodyEnd: BodyEnd;
  /** May the connection carry another request after this answer? */
  readonly persistent: boolean;
  /** What `keep-alive` said, or null. */
  readonly keepAlive: string | null;
}

const STATUS_LINE = /^HTTP\/1\.([01]) ([1-5]\d\d)(?: [\t\x20-\x7e\x80-\xff]*)?$/;
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
/** What no value may hold; what ends lines only as it does that. */
const NO_VALUE = /[^\t\x20-\x7e\x80-\xff\r\n]|\r(?!\n)|(?<!\r)\n/;
const DIGITS = /^\d{1,15}$/;

/** Words of the list that `connection` is. */
const CLOSES = /(?:^|,)\s*close\s*(?:,|$)/i;
const KEEPS = /(?:^|,)\s*keep-alive\s*(?:,|$)/i;

const CRLF = "\r\n";

/**
 * Reads a head, given as latin1 without the blank line that ends it. As strict as llhttp where leniency would let two
 * readers see two answers: a ProtocolError for bare line ends, folded lines, and lengths that repeat or contradict.
 */
export function parseResponseHead(text: string): ResponseHead | ProtocolError {
  const firstEnd = text.indexOf(CRLF);
  const statusLine = STATUS_LINE.exec(firstEnd === -1 ? text : text.slice(0, firstEnd));
  if (statusLine === null) return new ProtocolError("the answer does not begin with an HTTP/1.1 status line");
  const status = Number(statusLine[2]);
  const modern = statusLine[1] === "1";
  const lines = parseLines(text, firstEnd === -1 ? text.length : firstEnd + CRLF.length);
  if (lines instanceof ProtocolError) return lines;
  const { headers, framing } = lines;
  const bodyEnd = readBodyEnd(status, framing, modern);
  if (bodyEnd instanceof ProtocolError) return bodyEnd;
  const persistent = bodyEnd.by !== "close" && persists(framing.connection, modern);
  return { status, headers, bodyEnd, persistent, keepAlive: framing.keepAlive };
}

/** The first value of that name, in lower case. */
export function headerOf({ headers }: Pick<ResponseHead, "headers">, name: string): string | undefined {
  for (let index = 0; index < headers.length; index += 2)
    if (headers[index] === name) return headers[index + 1];
  return undefined;
}

interface Framing {
  length: string | null;
  coding: string | null;
  connection: string | null;
  keepAlive: string | null;
  /** A length or a coding that stood there before. */
  repeats: boolean;
}

function parseLines(text: string, from: number): { headers: string[]; framing: Framing } | ProtocolError {
  const headers: string[] = [];
  const framing: Framing = { length: null, coding: null, connection: null, keepAlive: null, repeats: false };
  for (let at = from; at < text.length;) {
    const next = text.indexOf(CRLF, at);
    const end = next === -1 ? text.length : next;
    const colon = text.indexOf(":", at);
    if (colon === -1 || colon >= end) return new ProtocolError("a header line has no colon");
    const written = text.slice(at, colon);
    if (!TOKEN.test(written)) return new ProtocolError("invalid header name");
    const name = written.toLowerCase();
    const value = withoutSpace(text.slice(colon + 1, end));
    if (!frame(framing, name, value)) headers.push(name, value);
    at = end + CRLF.length;
  }
  // Of all at once: names have been looked at, and so has the status line.
  if (NO_VALUE.test(text)) return new ProtocolError("invalid character in a header value");
  return { headers, framing };
}

/** `trim` would take away more than a header may have around its value. */
function withoutSpace(sent: string): string {
  let [start, end] = [0, sent.length];
  while (start < end && isSpace(sent.charCodeAt(start))) start += 1;
  while (end > start && isSpace(sent.charCodeAt(end - 1))) end -= 1;
  return sent.slice(start, end);
}

function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x09;
}

/** False: a header that has no say in how the answer is framed. */
function frame(framing: Framing, name: string, value: string): boolean {
  switch (name) {
    case "content-length":
      framing.repeats ||= framing.length !== null;
      framing.length = value;
      return true;
    case "transfer-encoding":
      // A proxy that adds the line again adds no second coding, and the prober's reader takes it so.
      framing.repeats ||= framing.coding !== null && !(isChunked(framing.coding) && isChunked(value));
      framing.coding = value;
      return true;
    case "connection":
      framing.connection = framing.connection === null ? value : `${framing.connection},${value}`;
      return true;
    case "keep-alive":
      framing.keepAlive = value;
      return true;
    default:
      return false;
  }
}

function readBodyEnd(
  status: number,
  { length, coding, repeats }: Framing,
  modern: boolean,
): BodyEnd | ProtocolError {
  if (repeats) return new ProtocolError("the answer says twice how long its body is");
  if (coding !== null && length !== null)
    return new ProtocolError("the answer gives both a length and chunks");
  if (length !== null && !DIGITS.test(length))
    return new ProtocolError("the length of the body is no number");
  if (status < 200 || status === 204 || status === 304) return NO_BODY;
  if (coding !== null) {
    if (!modern || !isChunked(coding))
      return new ProtocolError("the body comes in a coding other than chunks");
    return CHUNKS;
  }
  return length === null ? CLOSE : { by: "length", bytes: Number(length) };
}

function isChunked(coding: string): boolean {
  return coding.toLowerCase() === "chunked";
}

const NO_BODY: BodyEnd = { by: "length", bytes: 0 };
const CHUNKS: BodyEnd = { by: "chunks" };
const CLOSE: BodyEnd = { by: "close" };

function persists(connection: string | null, modern: boolean): boolean {
  if (connection === null) return modern;
  return modern ? !CLOSES.test(connection) : KEEPS.test(connection);
}
