export interface RawAnswer {
  /** "200 OK" */
  readonly status: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export const OK = "200 OK";

export const NOT_FOUND: RawAnswer = {
  status: "404 Not Found",
  headers: { "content-type": "application/json" },
  body: '{"detail":"Not Found"}',
};

/** Of every request that would generate: nobody asks a fleet for that. */
export const INVALID: RawAnswer = {
  status: "400 Bad Request",
  headers: { "content-type": "application/json" },
  body: '{"error":{"message":"1 validation error","type":"Bad Request","param":null,"code":400}}',
};

/** An HTTP/1.1 answer as text; bodies are ASCII. */
export function printAnswer({ status, headers = {}, body = "" }: RawAnswer, now: number): string {
  const length = Buffer.byteLength(body);
  let head = `HTTP/1.1 ${status}\r\ndate: ${httpDate(now)}\r\nserver: uvicorn\r\ncontent-length: ${length}\r\n`;
  for (const [name, value] of Object.entries(headers)) head += `${name}: ${value}\r\n`;
  return `${head}vary: Origin\r\n\r\n${body}`;
}

let second = 0;
let printed = "";

/** Printed once a second: it is the dearest part of an answer. */
function httpDate(now: number): string {
  const current = Math.floor(now / 1000);
  if (current !== second) {
    second = current;
    printed = new Date(now).toUTCString();
  }
  return printed;
}
