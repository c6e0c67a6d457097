import { NotFoundError } from "openai";
import { describe, expect, test } from "vitest";
import { BACKEND_KEY, collect, gatewayFor, simulator, UPSTREAM, type Gateway } from "./harness.ts";
import { chunk, LAST_CHUNK, rawBackend, STREAM_HEAD } from "./raw-backend.ts";

const ASKED = { model: "chat", input: "Say something, please.", max_output_tokens: 5 };

/** Two that remember what they answered, each its own. */
async function twoThatStore(): Promise<Gateway> {
  const one = await simulator({ responsesStore: true, seed: 1 });
  const other = await simulator({ responsesStore: true, seed: 2 });
  return gatewayFor({ chat: [one, other] }, { params: { order: 1 } });
}

const madeBy = async (gateway: Gateway, body: object = ASKED) => {
  const answer = await gateway.ask("/v1/responses", { body });
  return { answer, id: String(answer.json().id), deployment: answer.headers["x-rollcall-deployment"] };
};

describe("OpenAI's own client", () => {
  test("has a response under the alias and an id of ours, whole and streamed", async () => {
    const backend = await simulator();
    const gateway = await gatewayFor({ chat: [backend] });
    const whole = await gateway.client().responses.create(ASKED);
    expect(whole.model).toBe("chat");
    expect(whole.output_text.length).toBeGreaterThan(0);
    expect(backend.seen.last()).toMatchObject({ path: "/v1/responses", model: UPSTREAM });
    const events = await collect(await gateway.client().responses.create({ ...ASKED, stream: true }));
    expect(events.map(({ sequence_number: sequence }) => sequence)).toEqual(events.map((_, index) => index));
    const carried = events.flatMap((event) => ("response" in event ? [event.response] : []));
    expect(carried.map(({ model }) => model)).toEqual(carried.map(() => "chat"));
    expect(new Set(carried.map(({ id }) => id)).size).toBe(1);
    expect(events.at(-1)?.type).toMatch(/^response\.(completed|incomplete)$/);
  });

  test("reads nothing but counts in the details of the usage", async () => {
    const backend = await simulator({ responsesStore: true });
    const gateway = await gatewayFor({ chat: [backend] });
    const direct = await fetch(`${backend.url}/v1/responses`, {
      method: "POST",
      headers: { authorization: `Bearer ${BACKEND_KEY}`, "content-type": "application/json" },
      body: JSON.stringify({ ...ASKED, model: UPSTREAM }),
    });
    expect(await direct.text()).toContain('"input_tokens_per_turn":[]');
    const whole = await gateway.client().responses.create(ASKED);
    const events = await collect(await gateway.client().responses.create({ ...ASKED, stream: true }));
    const last = events.at(-1);
    const streamed = last !== undefined && "response" in last ? last.response : undefined;
    for (const response of [whole, await gateway.client().responses.retrieve(whole.id), streamed])
      expect(response?.usage).toEqual({
        input_tokens: expect.any(Number),
        input_tokens_details: { cached_tokens: 0, cache_write_tokens: 0 },
        output_tokens: 5,
        output_tokens_details: { reasoning_tokens: 0, tool_output_tokens: 0 },
        total_tokens: expect.any(Number),
      });
  });

  test("asks for a response again, and goes on from it, wherever it was made", async () => {
    const gateway = await twoThatStore();
    const client = gateway.client();
    for (let turn = 0; turn < 6; turn += 1) {
      const first = await client.responses.create({ ...ASKED, store: true });
      const again = await client.responses.retrieve(first.id);
      expect([again.id, again.model, again.output_text]).toEqual([first.id, "chat", first.output_text]);
      const next = await client.responses.create({ ...ASKED, previous_response_id: first.id });
      expect(next.previous_response_id).toBe(first.id);
    }
  });

  test("goes on from one that was streamed", async () => {
    const gateway = await twoThatStore();
    const events = await collect(await gateway.client().responses.create({ ...ASKED, stream: true }));
    const last = events.at(-1);
    const id = last !== undefined && "response" in last ? last.response.id : "";
    expect((await gateway.client().responses.retrieve(id)).id).toBe(id);
  });

  test("is told that a response does not exist", async () => {
    const gateway = await twoThatStore();
    const asked = gateway.client().responses.retrieve("resp_a5f2b17034f0d169");
    await expect(asked).rejects.toBeInstanceOf(NotFoundError);
    await expect(asked).rejects.toMatchObject({ param: "response_id" });
    const previous = gateway.client().responses.create({ ...ASKED, previous_response_id: "resp_a5f2" });
    await expect(previous).rejects.toMatchObject({ status: 404, param: "previous_response_id" });
  });
});

test("a response is never asked for on another deployment than its own", async () => {
  const gateway = await twoThatStore();
  const { id, deployment } = await madeBy(gateway);
  await gateway.tell({ [String(deployment)]: "loading" });
  for (const route of [`/v1/responses/${id}`, `/openai/v1/responses/${id}`]) {
    const { status, headers } = await gateway.ask(route);
    expect([status, headers["x-rollcall-reason"]]).toEqual([503, "loading"]);
  }
  const next = await madeBy(gateway, { ...ASKED, previous_response_id: id });
  expect(next.answer.status).toBe(503);
  // A new one can be made elsewhere.
  expect((await madeBy(gateway)).answer.status).toBe(200);
});

test("a response of another alias is not gone on from", async () => {
  const backend = await simulator({ responsesStore: true });
  const gateway = await gatewayFor({ chat: [backend], other: [backend] });
  const { id } = await madeBy(gateway);
  const answer = await gateway.ask("/v1/responses", {
    body: { ...ASKED, model: "other", previous_response_id: id },
  });
  expect([answer.status, answer.json().error.param]).toEqual([404, "previous_response_id"]);
});

test("a response is cancelled where it was made, and asked for with what the query may say", async () => {
  const backend = await simulator({ responsesStore: true });
  const gateway = await gatewayFor({ chat: [backend] });
  const { id } = await madeBy(gateway, { ...ASKED, max_output_tokens: 100 });
  const cancelled = await gateway.ask(`/v1/responses/${id}/cancel`, { method: "POST", body: {} });
  expect(cancelled.status).toBe(400);
  expect(backend.seen.last()?.path).toMatch(/^\/v1\/responses\/resp_[^/]+\/cancel$/);
  const { status } = await gateway.ask(`/v1/responses/${id}?include[]=reasoning&secret=1`);
  expect(status).toBe(200);
});

test.each(["/v1/responses", "/responses", "/openai/v1/responses", "/openai/responses?api-version=preview"])(
  "%s leads to it",
  async (path) => {
    const gateway = await gatewayFor({ chat: [await simulator()] });
    expect((await gateway.ask(path, { body: ASKED })).status).toBe(200);
  },
);

describe("a stream", () => {
  const event = (type: string, rest: object = {}) =>
    `event: ${type}\ndata: ${JSON.stringify({ type, ...rest })}\n\n`;
  const RESPONSE = { id: "resp_up", model: UPSTREAM, created_at: 1, error: null, output: [] };
  const CREATED = event("response.created", { sequence_number: 0, response: RESPONSE });
  const DELTA = event("response.output_text.delta", { sequence_number: 1, delta: "Hi" });
  const failed = (message: string) =>
    event("response.failed", {
      sequence_number: 2,
      response: { ...RESPONSE, status: "failed", error: { code: "server_error", message } },
    });
  const streaming = (...events: readonly string[]) =>
    rawBackend((socket) => socket.write(STREAM_HEAD + events.map((one) => chunk(one)).join("") + LAST_CHUNK));
  const ask = (gateway: Gateway) => gateway.ask("/v1/responses", { body: { ...ASKED, stream: true } });

  test.each<[string, readonly string[]]>([
    ["that only began", [CREATED]],
    ["that failed before it said anything", [CREATED, failed("no")]],
    ["that is an error in another shape", ['data: {"error":{"message":"no","code":500}}\n\n']],
  ])("%s is asked for elsewhere", async (_case, events) => {
    const gateway = await gatewayFor({ chat: [await streaming(...events), await simulator()] });
    const answer = await ask(gateway);
    expect(answer.headers["x-rollcall-deployment"]).toBe("chat-2");
    expect(answer.text).toMatch(/response\.(completed|incomplete)/);
  });

  test.each<[string, readonly string[]]>([
    ["is cut", [CREATED, DELTA]],
    ["fails by itself", [CREATED, DELTA, failed(`${UPSTREAM} at http://10.0.0.1:8000 died`)]],
    ["breaks off by an error", [CREATED, DELTA, 'data: {"error":{"message":"no","code":500}}\n\n']],
  ])("that %s ends by one response.failed with its own id", async (_case, events) => {
    const gateway = await gatewayFor({ chat: [await streaming(...events)] });
    const { text } = await ask(gateway);
    const said = text
      .trimEnd()
      .split("\n\n")
      .map((one) => JSON.parse(one.slice(one.indexOf("{"))));
    expect(said.map(({ type }) => type)).toEqual([
      "response.created",
      "response.output_text.delta",
      "response.failed",
    ]);
    expect(said.at(-1)).toMatchObject({
      sequence_number: 2,
      response: { id: said[0].response.id, model: "chat", status: "failed", error: { code: "server_error" } },
    });
    expect(text).not.toContain(UPSTREAM);
    expect(text).not.toContain("10.0.0.1");
  });

  test("that fails for the request's own sake is a client's error", async () => {
    const long = failed(
      "This model's maximum context length is 10 tokens. However, you requested 20 tokens.",
    );
    const gateway = await gatewayFor({ chat: [await streaming(CREATED, long)] });
    const answer = await ask(gateway);
    expect([answer.status, answer.json().error.code]).toEqual([400, "context_length_exceeded"]);
  });

  test("that failed is one event to OpenAI's client", async () => {
    const gateway = await gatewayFor({ chat: [await streaming(CREATED, DELTA)] });
    const events = await collect(await gateway.client().responses.create({ ...ASKED, stream: true }));
    expect(events.at(-1)?.type).toBe("response.failed");
  });
});

describe("of a backend that read the request and broke off", () => {
  const MCP = { tools: [{ type: "mcp", server_label: "wiki", server_url: "http://wiki/mcp" }] };
  const FUNCTION = { tools: [{ type: "function", name: "mcp", parameters: { enum: ["mcp"] } }] };

  test.each<[string, object, { readonly status: number; readonly asked: number }]>([
    ["a plain one is made by another", {}, { status: 200, asked: 2 }],
    ["one with background: false too", { background: false }, { status: 200, asked: 2 }],
    ["one in the background is not made twice", { background: true }, { status: 502, asked: 1 }],
    ["nor one whose server calls tools of others", MCP, { status: 502, asked: 1 }],
    ["a function of that name calls nobody", FUNCTION, { status: 200, asked: 2 }],
  ])("%s", async (_what, more, { status, asked }) => {
    let seen = 0;
    const broken = await rawBackend((socket) => {
      seen += 1;
      if (seen === 1) socket.destroy();
      else socket.end(ANSWERED);
    });
    const gateway = await gatewayFor({ chat: [broken, broken] });
    const answer = await gateway.ask("/v1/responses", { body: { ...ASKED, ...more } });
    expect([answer.status, seen]).toEqual([status, asked]);
  });

  test("one in the background is made by another where the first took no connection", async () => {
    const gateway = await gatewayFor({
      chat: [{ url: "http://127.0.0.1:9/v1" }, await rawBackend((socket) => socket.end(ANSWERED))],
    });
    for (let turn = 0; turn < 4; turn += 1) {
      const answer = await gateway.ask("/v1/responses", { body: { ...ASKED, background: true } });
      expect(answer.status).toBe(200);
    }
  });
});

const QUEUED = JSON.stringify({ id: "resp_1", object: "response", status: "queued", model: "m", output: [] });
const ANSWERED = `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\ncontent-length: ${QUEUED.length}\r\n\r\n${QUEUED}`;
