/** Whose bytes a body is made of. They are not to be freed while some of them have still to be written. */
export interface Lender {
  lend(): void;
  /** Once for each `lend`. */
  giveBack(): void;
}

/** A request to a backend. */
export interface UpstreamRequest {
  readonly method: "GET" | "POST";
  /** Below the origin, as it stands in the request line. */
  readonly path: string;
  /** Header lines, each with the line break behind it, in latin1; `host` and `content-length` are added here. */
  readonly headerLines: string;
  /** One after the other. */
  readonly body: readonly Buffer[];
  /** Null where nobody frees its bytes. */
  readonly lender: Lender | null;
  /** May it be sent once more where a connection that was kept turns out to be closed? */
  readonly repeatable: boolean;
}

/** From here on a copy costs more than another write. */
const LARGE_BYTES = 64 * 1024;

/** What goes to the socket, in as few pieces as is cheap: one as a rule, so that head and body leave together. */
export function requestBytes(request: UpstreamRequest, host: string): readonly Buffer[] {
  const { body } = request;
  let size = 0;
  for (const piece of body) size += piece.length;
  const head = printHead(request, { host, size });
  if (size >= LARGE_BYTES) return [Buffer.from(head, "latin1"), ...body];
  const whole = Buffer.allocUnsafe(head.length + size);
  let at = whole.write(head, 0, "latin1");
  for (const piece of body) {
    whole.set(piece, at);
    at += piece.length;
  }
  return [whole];
}

function printHead(
  { method, path, headerLines }: UpstreamRequest,
  { host, size }: { host: string; size: number },
): string {
  const length = method === "GET" ? "" : `content-length: ${size}\r\n`;
  return `${method} ${path} HTTP/1.1\r\nhost: ${host}\r\n${length}${headerLines}\r\n`;
}
