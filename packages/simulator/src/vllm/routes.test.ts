import { expect, test } from "vitest";
import { ask } from "../../test/ask.ts";
import { running } from "../../test/running.ts";

test.each([
  ["GET", "/health"],
  ["GET", "/ping"],
  ["POST", "/ping"],
])("%s %s is 200 and empty", async (method, path) => {
  const simulator = await running();
  const { status, text, headers } = await ask(simulator.url + path, { method });
  expect({ status, text }).toEqual({ status: 200, text: "" });
  expect(headers).not.toHaveProperty("content-type");
});

test("/version and /load answer as vLLM does by default", async () => {
  const simulator = await running({ version: "0.11.2" });
  expect((await ask(`${simulator.url}/version`)).text).toBe('{"version":"0.11.2"}');
  expect((await ask(`${simulator.url}/load`)).text).toBe('{"server_load":0}');
});

test("/tokenize counts and tells max_model_len", async () => {
  const simulator = await running({ maxModelLen: 4096 });
  const reply = await ask(`${simulator.url}/tokenize`, {
    json: { prompt: "twelve chars", return_token_strs: true },
  });
  expect(reply.json()).toMatchObject({
    count: 3,
    max_model_len: 4096,
    tokens: [expect.any(Number), expect.any(Number), expect.any(Number)],
    token_strs: ["twel", "ve c", "hars"],
  });
  const messages = [{ role: "user", content: [{ type: "text", text: "12345" }] }];
  expect((await ask(`${simulator.url}/tokenize`, { json: { messages } })).json()).toMatchObject({
    count: 2,
    token_strs: null,
  });
});

test.each(["/", "/v1", "/v1/models/gpt-oss-120b", "/v1/v1/models", "/health/"])(
  "%s is not a route",
  async (path) => {
    const simulator = await running();
    const { status, text } = await ask(simulator.url + path);
    expect({ status, text }).toEqual({ status: 404, text: '{"detail":"Not Found"}' });
  },
);

test.each([
  ["POST", "/v1/models", "GET"],
  ["GET", "/v1/chat/completions", "POST"],
  ["DELETE", "/ping", "GET, POST"],
])("%s %s is not allowed", async (method, path, allow) => {
  const simulator = await running();
  const { status, text, headers } = await ask(simulator.url + path, { method });
  expect({ status, text }).toEqual({ status: 405, text: '{"detail":"Method Not Allowed"}' });
  expect(headers["allow"]).toBe(allow);
});

test("a query does not change the route", async () => {
  const simulator = await running();
  expect((await ask(`${simulator.url}/v1/models?x=1`)).status).toBe(200);
});
