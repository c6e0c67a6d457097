import type { Script } from "@rollcall/simulator";

/** A 200 of this type, as its server sends it. */
function answer(type: string, body: string, more: readonly string[] = []): Buffer {
  const chunk = body === "" ? "" : `${Buffer.byteLength(body).toString(16)}\r\n${body}\r\n`;
  const head = ["HTTP/1.1 200 OK", `content-type: ${type}`, ...more, "transfer-encoding: chunked"];
  return Buffer.from(`${head.join("\r\n")}\r\nconnection: close\r\n\r\n${chunk}0\r\n\r\n`);
}

const json = (body: string) => answer("application/json", body);
const stream = (...events: readonly string[]) => answer("text/event-stream; charset=utf-8", events.join(""));

const event = (value: object) => `data: ${JSON.stringify(value)}\n\n`;
const delta = (content: string | null, more: object = {}) =>
  event({ id: "c1", choices: [{ index: 0, delta: { ...more, content }, finish_reason: null }] });

const DONE = "data: [DONE]\n\n";
const ROLE = delta("", { role: "assistant" });
/** llama.cpp's opening. */
const NULL_ROLE = delta(null, { role: "assistant" });
const BOOM = { message: "out of memory", type: "InternalServerError", code: 500 };

interface Bodies {
  readonly whole: readonly Buffer[];
  readonly streams: readonly Buffer[];
}

/** 200s with nothing of an answer in them; the last stream has words, and no end. */
export const EMPTY: Bodies = {
  whole: [
    json(""),
    json("{}"),
    json('{"status":"ok"}'),
    json('{"id":"c1","choices":[{"index":0,"message":{"content":"he'),
    answer("text/html", "<html>Sign in</html>"),
    answer("text/plain", "OK"),
  ],
  streams: [
    stream(),
    stream(ROLE),
    stream(ROLE, DONE),
    stream(DONE),
    stream(": ping\n\n", ":\n\n"),
    answer("text/html", "<html>Sign in</html>"),
    stream(ROLE, delta("The answer is"), DONE),
  ],
};

/** An error instead of the first word, as servers and what stands before them spell it. */
export const FIRST_EVENT_ERRORS: Bodies = {
  whole: [
    json(JSON.stringify({ error: BOOM })),
    json('{"error":"model runner has unexpectedly stopped"}'),
    json('{"object": "error", "message": "out of memory", "code": 500}'),
  ],
  streams: [
    stream(event({ error: BOOM }), DONE),
    stream(`event: error\n${event({ error: BOOM })}`),
    stream("event: error\ndata: out of memory\n\n"),
    stream('data:{"error":"CUDA out of memory","error_type":"generation"}\n\n'),
    stream('data: {"object": "error", "message": "out of memory", "code": 500}\n\n', DONE),
    stream('data: {"code":500,"message":"out of memory","object":"error"}\n\n'),
    stream('data: {"detail":"Model overloaded"}\n\n'),
    stream(":\n\n", ": ping\n\n", event({ error: BOOM })),
    stream(ROLE, event({ error: BOOM }), DONE),
    stream(NULL_ROLE, event({ error: BOOM })),
  ],
};

const STREAM = /"stream":\s*true/;

export function asksForStream(body: string): boolean {
  return STREAM.test(body);
}

/** Answers with each of these in turn, by what was asked for. */
export function inTurn({ whole, streams }: Bodies): Script {
  const next = { whole: 0, streams: 0 };
  return (body) => {
    const form = asksForStream(body) ? "streams" : "whole";
    const bodies = form === "streams" ? streams : whole;
    const replay = bodies[next[form] % bodies.length];
    next[form] += 1;
    return replay === undefined ? null : { replay };
  };
}
