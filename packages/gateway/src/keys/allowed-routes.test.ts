import { expect, test } from "vitest";
import type { KeyType } from "@rollcall/contract";
import { groupsOf, INFO_GROUPS, mayCall } from "./allowed-routes.ts";

const CHAT = { paths: ["/v1/chat/completions", "/chat/completions"], groups: groupsOf("openai") };
const MESSAGES = { paths: ["/v1/messages"], groups: groupsOf("anthropic") };
const MODELS = { paths: ["/v1/models"], groups: INFO_GROUPS };

test.each<[KeyType, readonly string[], boolean, boolean, boolean]>([
  ["default", [], true, true, true],
  ["llm_api", [], true, true, true],
  ["read_only", [], false, false, true],
  ["management", [], false, false, true],
  ["default", ["llm_api_routes"], true, true, true],
  ["default", ["openai_routes"], true, false, true],
  ["default", ["anthropic_routes"], false, true, false],
  ["default", ["info_routes"], false, false, true],
  ["default", ["management_routes"], false, false, false],
  ["default", ["/chat/completions"], true, false, false],
  ["default", ["/v1/chat/completions"], true, false, false],
  ["default", ["/v1/*"], true, true, true],
  ["default", ["/v1/chat"], false, false, false],
  ["management", ["/v1/*"], false, false, true],
])("a key of type %s with routes %j", (type, routes, ...expected) => {
  const may = [CHAT, MESSAGES, MODELS].map((called) => mayCall({ type, routes }, called));
  expect(may).toEqual(expected);
});
