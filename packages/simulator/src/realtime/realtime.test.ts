import { once } from "node:events";
import { expect, onTestFinished, test } from "vitest";
import { WebSocket } from "ws";
import { running } from "../../test/running.ts";
import type { Simulator } from "../simulator.ts";

type Event = ReturnType<typeof JSON.parse>;

/** Says something, and returns so many events that come back. */
async function connect(simulator: Simulator, query = "", headers: Record<string, string> = {}) {
  const socket = new WebSocket(`${simulator.url.replace("http", "ws")}/v1/realtime${query}`, { headers });
  onTestFinished(() => socket.terminate());
  const heard: Event[] = [];
  socket.on("message", (data: Buffer) => heard.push(JSON.parse(data.toString("utf8"))));
  await once(socket, "open");
  const hear = async (count: number): Promise<Event[]> => {
    while (heard.length < count) await once(socket, "message");
    return heard.splice(0, count);
  };
  return { socket, hear, say: (event: object) => socket.send(JSON.stringify(event)) };
}

/** The status of an upgrade that is refused. */
async function refusedBy(simulator: Simulator): Promise<number> {
  const socket = new WebSocket(`${simulator.url.replace("http", "ws")}/v1/realtime`);
  socket.on("error", () => {});
  const [, answer] = (await once(socket, "unexpected-response")) as [unknown, { statusCode: number }];
  socket.terminate();
  return answer.statusCode;
}

test("vLLM's API writes a word for each piece of audio, once it was told to begin", async () => {
  const simulator = await running({ tasks: ["realtime"] });
  const { hear, say } = await connect(simulator);
  const [created] = await hear(1);
  expect(created).toEqual({
    type: "session.created",
    id: expect.stringMatching(/^sess-[0-9a-f]{32}$/) as string,
    created: expect.any(Number) as number,
  });
  say({ type: "input_audio_buffer.commit" });
  expect(await hear(1)).toMatchObject([
    { type: "error", error: /* a text */ expect.any(String) as string, code: "model_not_validated" },
  ]);
  say({ type: "session.update", model: "any" });
  say({ type: "input_audio_buffer.commit" });
  for (let piece = 0; piece < 2; piece += 1)
    say({ type: "input_audio_buffer.append", audio: Buffer.alloc(2_560).toString("base64") });
  say({ type: "input_audio_buffer.commit", final: true });
  const [one, two, done] = await hear(3);
  expect(done).toMatchObject({
    type: "transcription.done",
    text: one.delta + two.delta,
    usage: { prompt_tokens: 2, completion_tokens: 2, total_tokens: 4 },
  });
  expect(simulator.seen.last("/v1/realtime")).toMatchObject({ model: "any" });
});

test.each<[string, object, string]>([
  ["an event that it does not know", { type: "response.create" }, "unknown_event"],
  ["an update without a model", { type: "session.update" }, "processing_error"],
  ["audio that is none", { type: "input_audio_buffer.append", audio: "" }, "invalid_audio"],
])("vLLM's API refuses %s by a text and a code", async (_case, event, code) => {
  const { hear, say } = await connect(await running({ tasks: ["realtime"] }));
  say(event);
  const [, error] = await hear(2);
  expect(error).toMatchObject({ type: "error", error: expect.any(String) as string, code });
});

test("OpenAI's API repeats the model in the session, and counts its answers", async () => {
  const simulator = await running({ kind: "localai", servedNames: ["m"] });
  const { hear, say } = await connect(simulator, "?model=m");
  expect(await hear(1)).toMatchObject([{ type: "session.created", session: { model: "m" } }]);
  say({ type: "conversation.item.create", item: { type: "message", role: "user", content: [] } });
  say({ type: "response.create" });
  const events = await hear(16);
  expect(events.at(-1)).toMatchObject({ type: "response.done", response: { usage: { output_tokens: 12 } } });
  say({ type: "session.update", session: { model: "other" } });
  expect(await hear(1)).toMatchObject([{ type: "error", error: { code: "model_not_found" } }]);
});

test("what has no such route refuses as Starlette does, and a key is asked for as elsewhere", async () => {
  expect(await refusedBy(await running())).toBe(403);
  expect(await refusedBy(await running({ kind: "tgi" }))).toBe(403);
  expect(await refusedBy(await running({ tasks: ["realtime"], apiKeys: ["k"] }))).toBe(401);
});

test("SIGTERM closes by 1012, and a killed server by nothing", async () => {
  const simulator = await running({ tasks: ["realtime"] });
  const { socket, hear } = await connect(simulator);
  await hear(1);
  expect(simulator.seen.inFlight).toBe(1);
  void simulator.control.terminate();
  expect((await once(socket, "close"))[0]).toBe(1012);
  const killed = await running({ tasks: ["realtime"] });
  const other = await connect(killed);
  await other.hear(1);
  void killed.control.kill();
  expect((await once(other.socket, "close"))[0]).toBe(1006);
});
