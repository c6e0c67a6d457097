import { expect, test } from "vitest";
import type { KeyType } from "@rollcall/contract";
import { mayUseRoute, type Route } from "./route-access.ts";

const CHAT: Route = {
  paths: ["/v1/chat/completions", "/chat/completions"],
  groups: ["llm_api_routes", "openai_routes"],
};
const RERANK: Route = { paths: ["/rerank", "/v1/rerank"], groups: ["llm_api_routes"] };
const MODELS: Route = {
  paths: ["/v1/models", "/models"],
  groups: ["llm_api_routes", "openai_routes", "info_routes"],
};
const GENERATE: Route = { paths: ["/key/generate"], groups: ["management_routes"] };
const INFO: Route = { paths: ["/key/info"], groups: ["management_routes", "info_routes"] };

test.each<[KeyType, Route[], Route[]]>([
  ["default", [CHAT, RERANK, MODELS, GENERATE, INFO], []],
  ["llm_api", [CHAT, RERANK, MODELS], [GENERATE, INFO]],
  ["management", [GENERATE, INFO], [CHAT, RERANK, MODELS]],
  ["read_only", [MODELS, INFO], [CHAT, RERANK, GENERATE]],
])("a key of type %s", (type, allowed, denied) => {
  for (const route of allowed)
    expect([route.paths[0], mayUseRoute({ type, routes: [] }, route)]).toEqual([route.paths[0], true]);
  for (const route of denied)
    expect([route.paths[0], mayUseRoute({ type, routes: [] }, route)]).toEqual([route.paths[0], false]);
});

test.each<[what: string, routes: string[], asked: [Route, boolean]]>([
  ["a path", ["/chat/completions"], [CHAT, true]],
  ["another path", ["/chat/completions"], [RERANK, false]],
  ["the beginning of a path", ["/chat"], [CHAT, false]],
  ["a pattern", ["/v1/*"], [CHAT, true]],
  ["a pattern for others", ["/key/*"], [CHAT, false]],
  ["a group", ["openai_routes"], [CHAT, true]],
  ["a group that it is not in", ["openai_routes"], [RERANK, false]],
  ["one of several", ["/rerank", "info_routes"], [INFO, true]],
])("routes with %s", (_, routes, [route, expected]) => {
  expect(mayUseRoute({ type: "default", routes }, route)).toBe(expected);
});

test("routes open nothing that the type is not for", () => {
  expect(mayUseRoute({ type: "management", routes: ["/v1/chat/completions"] }, CHAT)).toBe(false);
});
