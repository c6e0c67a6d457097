/** An answer as it was once recorded. */
export interface Capture {
  readonly status: number;
  /** In the order in which they came. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** Bytes for the wire as they are, HTTP or not; the connection ends after them. */
export interface RawCapture {
  readonly raw: Buffer;
}

const BLANK = "\n\n";

/**
 * Reads a recorded answer. Three forms: what begins with "HTTP/" is for the wire as it is; a `.http` record has the
 * request, a line "HTTP 200", headers, a blank line and the body, already without chunks; all else is a body alone,
 * sent with 200 as events where it begins like one, else as JSON.
 */
export function parseCapture(bytes: Buffer): Capture | RawCapture {
  if (bytes.subarray(0, 5).toString() === "HTTP/") return { raw: bytes };
  const text = bytes.toString("latin1");
  const [start, status] = recordStart(text);
  if (start === undefined) return bodyAlone(bytes, text);
  const headEnd = text.indexOf(BLANK, start);
  const head = text.slice(start, headEnd === -1 ? undefined : headEnd);
  const headers = Object.fromEntries(
    head
      .split("\n")
      .filter((line) => line !== "")
      .map(headerOf),
  );
  const body = headEnd === -1 ? Buffer.alloc(0) : bytes.subarray(headEnd + BLANK.length);
  const length = headers["content-length"];
  return { status, headers, body: length === undefined ? body : body.subarray(0, Number(length)) };
}

/** Where the headers of a record begin. */
function recordStart(text: string): [start: number, status: number] | [undefined, 0] {
  const found = /^HTTP (\d{3})\n/m.exec(text);
  return found === null ? [undefined, 0] : [found.index + found[0].length, Number(found[1])];
}

function headerOf(line: string): [name: string, value: string] {
  const colon = line.indexOf(":");
  return [line.slice(0, colon), line.slice(colon + 1).trim()];
}

function bodyAlone(body: Buffer, text: string): Capture {
  const events = /^\s*(data|event|:)/.test(text);
  const type = events ? "text/event-stream; charset=utf-8" : "application/json";
  const length = events ? {} : { "content-length": String(body.length) };
  return { status: 200, headers: { ...length, "content-type": type }, body };
}
