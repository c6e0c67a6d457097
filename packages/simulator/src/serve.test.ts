import { expect, test } from "vitest";
import { ask } from "../test/ask.ts";
import { running } from "../test/running.ts";

test.each([
  ["no key", {}],
  ["a wrong key", { authorization: "Bearer nope" }],
  ["another scheme", { authorization: "Basic k1" }],
  ["a key without scheme", { authorization: "k1" }],
])("%s is 401 with a string for an error, also on routes that do not exist", async (_case, headers) => {
  const simulator = await running({ apiKeys: ["k1"] });
  for (const path of ["/v1/models", "/v1/chat/completions", "/v1/nothing"]) {
    const reply = await ask(simulator.url + path, { headers });
    expect(reply).toMatchObject({ status: 401, text: '{"error":"Unauthorized"}' });
    expect(reply.headers).not.toHaveProperty("www-authenticate");
  }
});

test.each(["Bearer k1", "bearer k1", "Bearer k2"])(
  "%s opens a server with two keys",
  async (authorization) => {
    const simulator = await running({ apiKeys: ["k1", "k2"] });
    expect((await ask(`${simulator.url}/v1/models`, { headers: { authorization } })).status).toBe(200);
  },
);

test("routes outside of /v1 need no key, and OPTIONS passes", async () => {
  const simulator = await running({ apiKeys: ["k1"] });
  for (const path of ["/health", "/ping", "/version", "/load", "/metrics"]) {
    expect((await ask(simulator.url + path)).status).toBe(200);
  }
  expect((await ask(`${simulator.url}/tokenize`, { json: { prompt: "x" } })).status).toBe(200);
  expect((await ask(`${simulator.url}/v1/models`, { method: "OPTIONS" })).status).toBe(405);
});

test("a server without keys takes any", async () => {
  const simulator = await running();
  const headers = { authorization: "Bearer whatever" };
  expect((await ask(`${simulator.url}/v1/models`, { headers })).status).toBe(200);
});
