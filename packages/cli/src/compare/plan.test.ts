import { parseConfig, type Config } from "@rollcall/contract";
import { expect, test } from "vitest";
import { planRequests } from "./plan.ts";

function configOf(modes: Readonly<Record<string, string>>): Config {
  const model_list = Object.entries(modes).map(([model_name, mode]) => ({
    model_name,
    litellm_params: { model: "openai/served", api_base: "http://gpu:8000/v1" },
    model_info: { mode },
  }));
  const text = JSON.stringify({ model_list });
  const { config } = parseConfig({ main: { file: "config.yaml", text }, included: [] }, {});
  if (config === null) throw new Error("the config of this test is at fault");
  return config;
}

const planFor = (modes: Readonly<Record<string, string>>) => planRequests(configOf(modes));

test("each alias is asked once, for as little as its mode allows, and once for what is refused", () => {
  const { requests } = planFor({ c: "chat", t: "completion", e: "embedding", r: "rerank" });
  expect(requests.map(({ topic, alias, path, body }) => [topic, alias, path, body])).toEqual([
    ["models", null, "/v1/models", null],
    ["chat", "c", "/v1/chat/completions", expect.stringContaining('"max_tokens":1')],
    ["completion", "t", "/v1/completions", expect.stringContaining('"max_tokens":1')],
    ["embedding", "e", "/v1/embeddings", '{"model":"e","input":"Hi"}'],
    ["rerank", "r", "/v1/rerank", '{"model":"r","query":"Hi","documents":["Hi"]}'],
    ["stream", "c", "/v1/chat/completions", expect.stringMatching(/"max_tokens":1,"stream":true/)],
    ["refused request", "c", "/v1/chat/completions", '{"model":"c"}'],
    ["refused request", "t", "/v1/completions", '{"model":"t"}'],
    ["refused request", "e", "/v1/embeddings", '{"model":"e"}'],
    ["refused request", "r", "/v1/rerank", '{"model":"r"}'],
    ["unknown model", null, "/v1/chat/completions", expect.stringContaining("no-such-model")],
    ["malformed body", null, "/v1/chat/completions", '{"model": '],
    ["wrong key", null, "/v1/models", null],
    ["no key", null, "/v1/models", null],
  ]);
  expect(requests.filter(({ key }) => key !== "own").map(({ topic, key }) => [topic, key])).toEqual([
    ["wrong key", "wrong"],
    ["no key", "none"],
  ]);
});

test("what cannot be asked without harm is left out with the reason, and nothing is streamed without a chat", () => {
  const { requests, leftOut } = planFor({ painter: "image_generation", e: "embedding" });
  expect(leftOut).toEqual([
    { alias: "painter", why: "no request is harmless and small for the mode image_generation" },
  ]);
  expect(requests.map(({ alias, topic }) => [alias, topic])).not.toContainEqual([
    "painter",
    expect.anything(),
  ]);
  expect(requests.map(({ topic }) => topic)).not.toContain("stream");
});
