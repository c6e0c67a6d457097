import { connect } from "node:net";
import { once } from "node:events";
import { expect, test } from "vitest";
import { ask, failure, open, type Reply } from "../../test/ask.ts";
import { captureFile, readCapture } from "../../test/capture-request.ts";
import { chat } from "../../test/chat.ts";
import { running } from "../../test/running.ts";
import { type Capture, parseCapture } from "./capture.ts";

const CHAT = "/v1/chat/completions";

test.each([
  ["vllm-0.32.0/chat.http", 200, "application/json"],
  ["vllm-0.32.0/chat-stream.http", 200, "text/event-stream; charset=utf-8"],
  ["vllm-0.32.0/chat-unknown-model.http", 404, "application/json"],
  ["vllm-0.32.0/cap-q-queued0_direct_chat_stream.txt", 200, "text/event-stream; charset=utf-8"],
  ["vllm-0.32.0/cap-q-queued_direct_chat_json.txt", 200, "application/json"],
  ["llamacpp/chat-image.http", 500, "application/json; charset=utf-8"],
  ["llamacpp/chat-stream.http", 200, "text/event-stream"],
])("%s is played byte for byte", async (file, status, type) => {
  const simulator = await running();
  simulator.control.replay(CHAT, captureFile(file));
  const reply = await chat(simulator);
  const recorded = parseCapture(readCapture(file)) as Capture;
  expect(reply).toMatchObject({ status, text: recorded.body.toString() });
  expect(readCapture(file).subarray(-recorded.body.length).equals(recorded.body)).toBe(true);
  expect(reply.headers).toMatchObject({ ...recorded.headers, "content-type": type });
});

test("the rest of the server goes on, and the answer can be left", async () => {
  const simulator = await running({ replay: { [CHAT]: captureFile("vllm-0.32.0/chat.http") } });
  expect((await chat(simulator)).json().model).toBe("m1");
  expect((await ask(`${simulator.url}/v1/models`)).json().data[0].id).toBe("gpt-oss-120b");
  simulator.control.replay(CHAT, null);
  expect((await chat(simulator)).json().model).toBe("gpt-oss-120b");
});

test("it wears off after as many requests as it is told, and reset leaves it", async () => {
  const simulator = await running();
  simulator.control.replay(CHAT, captureFile("vllm-0.32.0/chat.http"), { count: 1 });
  expect((await chat(simulator)).json().model).toBe("m1");
  expect((await chat(simulator)).json().model).toBe("gpt-oss-120b");
  simulator.control.replay(CHAT, captureFile("vllm-0.32.0/chat.http"));
  await simulator.control.reset();
  expect((await chat(simulator)).json().model).toBe("gpt-oss-120b");
});

test("a body can get another status, and leave in pieces", async () => {
  const simulator = await running();
  const file = captureFile("vllm-0.32.0/sigterm-late-request-500.txt");
  simulator.control.replay(CHAT, file, { status: 500, bytesPerWrite: 10 });
  const response = await open(simulator.url + CHAT, { json: { messages: [] } });
  expect(response.statusCode).toBe(500);
  const pieces: string[] = [];
  for await (const piece of response.setEncoding("utf8")) pieces.push(String(piece));
  expect(pieces.length).toBeGreaterThan(1);
  expect(pieces.join("")).toBe(readCapture("vllm-0.32.0/sigterm-late-request-500.txt").toString());
});

test("bytes that begin with HTTP/ go out as they are", async () => {
  const simulator = await running();
  const raw = Buffer.from("HTTP/1.1 200 OK\r\ncontent-length: 5\r\nx-poison: \xff\r\n\r\nhi", "latin1");
  simulator.control.replay("/v1/models", raw);
  const socket = connect(simulator.port, "127.0.0.1");
  socket.write("GET /v1/models HTTP/1.1\r\nhost: x\r\n\r\n");
  const chunks: Buffer[] = [];
  socket.on("data", (chunk: Buffer) => chunks.push(chunk));
  await once(socket, "end");
  expect(Buffer.concat(chunks).equals(raw)).toBe(true);
});

test("a key is asked for all the same", async () => {
  const simulator = await running({
    apiKeys: ["k"],
    replay: { [CHAT]: captureFile("vllm-0.32.0/chat.http") },
  });
  expect((await chat(simulator)).status).toBe(401);
});

test("a script decides by each request's body: a recorded answer, a fault, or the server's own answer", async () => {
  const simulator = await running();
  simulator.control.script(CHAT, (body) => {
    if (body.includes("recorded")) return { replay: captureFile("vllm-0.32.0/chat.http") };
    if (body.includes("bytes")) return { replay: Buffer.from("<html>"), status: 502 };
    return body.includes("gone") ? { fault: "reset" } : null;
  });
  const say = (content: string): Promise<Reply> => chat(simulator, { messages: [{ role: "user", content }] });
  expect((await say("recorded")).json().model).toBe("m1");
  expect(await say("bytes")).toMatchObject({ status: 502, text: "<html>" });
  expect(await failure(say("gone"))).toBe("ECONNRESET");
  expect((await say("hi")).json().model).toBe("gpt-oss-120b");
  simulator.control.script(CHAT, null);
  expect((await say("gone")).status).toBe(200);
});
