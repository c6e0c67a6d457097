/** What there is to know of a request, beside its body. */
export interface RawRequest {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  /** The client wants the connection closed after the answer. */
  readonly last: boolean;
}

const END = "\r\n\r\n";

const LENGTH = /\r\ncontent-length:[ \t]*(\d+)/i;

/** The first request in the text and what follows it, or undefined while it is not whole. */
export function takeRequest(text: string): { request: RawRequest; rest: string } | undefined {
  const end = text.indexOf(END);
  if (end < 0) return undefined;
  const head = text.slice(0, end);
  const next = end + END.length + Number(LENGTH.exec(head)?.[1] ?? 0);
  if (text.length < next) return undefined;
  const [method = "", target = "/"] = head.slice(0, lineEnd(head)).split(" ", 2);
  const [path = "/"] = target.split("?", 1);
  const last = /\r\nconnection:[ \t]*close/i.test(head);
  return { request: { method, path, last }, rest: text.slice(next) };
}

function lineEnd(head: string): number {
  const end = head.indexOf("\r\n");
  return end < 0 ? head.length : end;
}
