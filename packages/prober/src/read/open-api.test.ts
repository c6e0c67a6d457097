import { ENDPOINTS } from "@rollcall/contract";
import { expect, it } from "vitest";
import { response } from "../../test/answers.ts";
import { missingIn } from "./open-api.ts";

const asked = ENDPOINTS.filter(({ name }) => ["chat_completions", "rerank", "tokenize"].includes(name));
const post = { post: {} };
const read = (status: number, body: string | object, apiPath = "/v1") => {
  const answer = response(status, body);
  return missingIn(answer, asked, { kind: "vllm", apiPath });
};

it.each<[string, object, readonly string[]]>([
  ["all of them", { "/v1/chat/completions": post, "/v1/rerank": post, "/tokenize": post }, []],
  ["some", { "/v1/chat/completions": post, "/tokenize": post }, ["rerank"]],
  [
    "one by another method",
    { "/v1/chat/completions": { get: {} }, "/v1/rerank": post, "/tokenize": post },
    ["chat_completions"],
  ],
  [
    "one in another place",
    { "/v1/chat/completions": post, "/rerank": post, "/v1/tokenize": post },
    ["rerank", "tokenize"],
  ],
  ["none", {}, ["chat_completions", "rerank", "tokenize"]],
])("a document that has %s", (_what, paths, missing) => {
  expect(read(200, { openapi: "3.1.0", paths })).toEqual(missing);
});

it("is read below the version that the server has", () => {
  const paths = { "/v3/chat/completions": post, "/v3/rerank": post, "/tokenize": post };
  expect(read(200, { paths }, "/v3")).toEqual([]);
});

it.each<[number, string | object]>([
  [404, { detail: "Not Found" }],
  [401, { error: "Unauthorized" }],
  [200, "<html>"],
  [200, []],
  [200, { paths: [] }],
])("%s %j is none", (status, body) => {
  expect(read(status, body)).toBeNull();
});
