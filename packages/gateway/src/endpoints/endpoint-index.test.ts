import { ENDPOINTS } from "@rollcall/contract";
import { expect, test } from "vitest";
import { EndpointIndex } from "./endpoint-index.ts";

const index = new EndpointIndex(ENDPOINTS);

test.each<[string, string, string | null, string | null]>([
  ["with its version", "/v1/chat/completions", "chat_completions", null],
  ["without its version", "/chat/completions", "chat_completions", null],
  ["with a query", "/v1/embeddings?api-version=1", "embeddings", null],
  ["a model in it", "/openai/deployments/chat/chat/completions", "chat_completions", "chat"],
  ["a model with a slash", "/openai/deployments/org%2Fm/chat/completions?x=1", "chat_completions", "org/m"],
  ["a model with a plain slash", "/openai/deployments/org/m/chat/completions", "chat_completions", "org/m"],
  ["no model in it", "/openai/deployments//chat/completions", null, null],
  ["an escape that is none", "/openai/deployments/%ZZ/chat/completions", null, null],
  ["dots in it", "/v1/x/../chat/completions", "chat_completions", null],
  ["its origin before it", "http://api.example/v1/chat/completions", "chat_completions", null],
  ["a slash more", "/v1/chat/completions/", "chat_completions", null],
  ["two slashes more", "/v1/chat/completions//", null, null],
  ["OpenAI's name before it", "/openai/v1/chat/completions", "chat_completions", null],
  ["an engine in it", "/engines/m/completions?x", "completions", "m"],
  ["a version and an engine in it", "/v1/engines/m/embeddings", "embeddings", "m"],
  ["another endpoint's end in it", "/openai/deployments/m/chat/completions/", "chat_completions", "m"],
  ["the placeholder itself", "/v1/models", null, null],
])("a path with %s", (_case, target, ...[name, model]) => {
  const match = index.find(target);
  expect(match?.endpoint.name ?? null).toBe(name);
  expect(match?.pathModel ?? null).toBe(model);
});
