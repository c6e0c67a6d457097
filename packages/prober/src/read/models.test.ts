import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { failure, modelList, response } from "../../test/answers.ts";
import { PROXY_PAGES } from "../../test/proxy-pages.ts";
import type { ProbeResponse } from "./probe-response.ts";
import { readModels } from "./models.ts";

/** The served names; throws what was read instead of a list. */
function namesIn(answer: ProbeResponse): readonly string[] {
  const reading = readModels(answer);
  if (reading.kind !== "models") throw new Error(JSON.stringify(reading));
  return reading.cards.map(({ id }) => id);
}

describe("a model list", () => {
  it.each([
    ["vLLM", modelList("gpt-oss-120b"), ["gpt-oss-120b"]],
    ["vLLM with several served names", modelList("a", "b", "c"), ["a", "b", "c"]],
    [
      "vLLM with an adapter",
      {
        object: "list",
        data: [
          { id: "base", root: "/models/base", parent: null, max_model_len: 8192 },
          { id: "sql", root: "/loras/sql", parent: "base", max_model_len: null },
        ],
      },
      ["base", "sql"],
    ],
    [
      "vLLM's Rust frontend, without permission",
      {
        object: "list",
        data: [{ id: "m", object: "model", created: 1, owned_by: "vllm-frontend-rs", root: "m" }],
      },
      ["m"],
    ],
    [
      "SGLang",
      {
        object: "list",
        data: [{ id: "qwen", object: "model", owned_by: "sglang", root: "qwen", max_model_len: 4096 }],
      },
      ["qwen"],
    ],
    [
      "llama.cpp, with Ollama's list beside it and meta null",
      {
        object: "list",
        models: [{ name: "x", model: "x" }],
        data: [{ id: "/models/q4.gguf", object: "model", owned_by: "llamacpp", meta: null }],
      },
      ["/models/q4.gguf"],
    ],
    [
      "llama.cpp as a router, with the state of each model",
      {
        object: "list",
        data: [
          { id: "a", status: { value: "unloaded" } },
          { id: "b", status: {} },
        ],
      },
      ["a", "b"],
    ],
    [
      "Ollama",
      {
        object: "list",
        data: [{ id: "llama3.2:3b", object: "model", created: 1_733_000_000, owned_by: "library" }],
      },
      ["llama3.2:3b"],
    ],
    [
      "TGI",
      { object: "list", data: [{ id: "org/model", object: "model", created: 0, owned_by: "org/model" }] },
      ["org/model"],
    ],
    [
      "LMDeploy",
      { object: "list", data: [{ id: "m", owned_by: "lmdeploy", permission: [{}], parent: null }] },
      ["m"],
    ],
    ["TensorRT-LLM", { object: "list", data: [{ id: "engine-dir", object: "model" }] }, ["engine-dir"]],
    [
      "LM Studio",
      {
        object: "list",
        data: [
          { id: "a", object: "model" },
          { id: "b", object: "model" },
        ],
      },
      ["a", "b"],
    ],
    [
      "LocalAI, without created and owned_by",
      { object: "list", data: [{ id: "m", object: "model" }] },
      ["m"],
    ],
    ["a list that does not say that it is one", { data: [{ id: "m" }] }, ["m"]],
    ["fields nobody asked for", { object: "list", data: [{ id: "m", x: { y: [1] } }], z: null }, ["m"]],
    [
      "ids that are none beside one that is",
      { data: [{ id: 7 }, {}, null, "m", { id: "" }, { id: "m" }] },
      ["m"],
    ],
    [
      "names in other scripts",
      { object: "list", data: [{ id: "模型" }, { id: "модель" }] },
      ["模型", "модель"],
    ],
  ])("is read whoever wrote it: %s", (_who, body, names) => {
    expect(namesIn(response(200, body))).toEqual(names);
  });

  it.each([
    ["data is an empty list", { object: "list", data: [] }],
    ["data is null, as Ollama's may be", { object: "list", data: null }],
    ["data is missing", { object: "list" }],
    ["no id is a name", { object: "list", data: [{ id: 1 }, { id: null }, { id: "" }, {}, null, "m"] }],
  ])("lists no model when %s", (_what, body) => {
    expect(readModels(response(200, body))).toMatchObject({ kind: "fault", reason: "no_models" });
  });

  it.each([
    ["an object of another service", { status: "ok", service: "inventory" }],
    ["a list that is not called one and is empty", { data: [] }],
    ["data that is an object", { object: "list", data: { id: "m" } }],
    ["data that is a text", { object: "list", data: "m" }],
    ["an array at the top", [{ id: "m" }]],
    ["a string", '"m"'],
    ["a number", "7"],
    ["null", "null"],
    ["true", "true"],
    ["an error under 200, nested", { error: { message: "no", type: "x", param: null, code: 500 } }],
    ["an error under 200, flat", { object: "error", message: "no", code: 500 }],
    ["an error under 200, as a string", { error: "no" }],
  ])("is something else when it is %s", (_what, body) => {
    expect(readModels(response(200, body))).toMatchObject({
      kind: "fault",
      reason: "not_openai",
      detail: "/models answers 200 with JSON that is no model list",
    });
  });

  it.each([
    ["HTML", "<!doctype html><html></html>", "text/html; charset=utf-8"],
    ["half of a list", '{"object":"list","data":[{"id":"m"', "application/json"],
    ["Ollama's greeting", "Ollama is running", "text/plain"],
  ])("is no JSON when it is %s, and the detail names the content type", (_what, body, type) => {
    expect(readModels(response(200, body, { "content-type": type }))).toMatchObject({
      kind: "fault",
      reason: "not_openai",
      detail: `/models answers 200 with ${type}, which is not JSON`,
    });
  });

  it("is no JSON when it is empty and has no content type", () => {
    expect(readModels(response(200, ""))).toMatchObject({
      reason: "not_openai",
      detail: "/models answers 200 with no content type, which is not JSON",
    });
  });

  it("is not believed when it was cut off at the cap", () => {
    const cut = { ...response(200, modelList("m")), truncated: true };
    expect(readModels(cut)).toMatchObject({ kind: "fault", reason: "not_openai" });
  });

  it("is read to its end, however many adapters it has", () => {
    const names = Array.from({ length: 5_000 }, (_, index) => `adapter-${index}`);
    expect(namesIn(response(200, modelList(...names)))).toEqual(names);
  });

  it("keeps a long name whole, since a cut one could be equal to another", () => {
    const names = ["m".repeat(257), `/mnt/${"deep/".repeat(100)}model`];
    expect(namesIn(response(200, modelList(...names)))).toEqual(names);
  });
});

describe("a card", () => {
  it("is read in full", () => {
    const body = {
      data: [
        {
          id: "sql",
          created: 1_755_400_000,
          owned_by: "vllm",
          root: "/loras/sql",
          parent: "base",
          max_model_len: 8_192,
          status: { value: "loaded", args: [] },
        },
      ],
    };
    expect(readModels(response(200, body))).toEqual({
      kind: "models",
      cards: [
        {
          id: "sql",
          created: 1_755_400_000,
          owner: "vllm",
          root: "/loras/sql",
          parent: "base",
          maxModelLen: 8_192,
          state: "loaded",
        },
      ],
    });
  });

  it.each([
    ["missing", {}],
    [
      "of other types",
      { created: "1", owned_by: 7, root: ["/m"], parent: {}, max_model_len: "8192", status: "loaded" },
    ],
    [
      "empty or out of range",
      { created: -1, owned_by: "", root: "", parent: "", max_model_len: -8, status: { value: "" } },
    ],
    ["null", { created: null, owned_by: null, root: null, parent: null, max_model_len: null, status: null }],
  ])("says nothing in fields that are %s", (_what, fields) => {
    expect(readModels(response(200, { data: [{ id: "m", ...fields }] }))).toEqual({
      kind: "models",
      cards: [
        { id: "m", created: null, owner: null, root: null, parent: null, maxModelLen: null, state: null },
      ],
    });
  });
});

describe("another status than 200", () => {
  it.each([
    [401, { error: "Unauthorized" }, "wrong_key"],
    [401, "", "wrong_key"],
    [401, { error: { message: "Invalid API Key", type: "authentication_error", code: 401 } }, "wrong_key"],
    [401, { object: "error", message: "Unauthorized", code: 401 }, "wrong_key"],
    [403, { error: "Forbidden" }, "wrong_key"],
    [404, { detail: "Not Found" }, "wrong_path"],
    [404, { error: { message: "File Not Found", type: "not_found_error", code: 404 } }, "wrong_path"],
    [404, "404 page not found", "wrong_path"],
    [405, { detail: "Method Not Allowed" }, "wrong_path"],
    [500, "", "server_error"],
    [500, { error: { message: "EngineCore encountered an issue.", code: 500 } }, "server_error"],
    [500, { object: "error", message: "", type: "InternalServerError", code: 500 }, "server_error"],
    [501, { object: "error", message: "no", code: 501 }, "server_error"],
    [503, "", "server_error"],
    [503, { error: "unhealthy", error_type: "healthcheck" }, "server_error"],
    [503, "LLM is unavailable. Please check the server logs for more details.", "server_error"],
    [204, "", "not_openai"],
    [400, "SSH-2.0-OpenSSH_9.6", "not_openai"],
    [418, "", "not_openai"],
  ])("%i with %j is %s", (status, body, reason) => {
    expect(readModels(response(status, body))).toEqual({
      kind: "fault",
      reason,
      nameMatches: null,
      found: [],
      detail: expect.stringContaining(String(status)),
    });
  });

  it.each([
    [301, "", "that the redirect points to"],
    [302, "/login", "that the redirect points to"],
    [303, "http://other:8000/v1/models", "that the redirect points to"],
    [307, "HTTPS://a/v1/models", "write https:// in api_base"],
    [308, "https://a/v1/models", "write https:// in api_base"],
  ])("%i to %j is wrong_path, is not followed, and says what to write", (status, location, fix) => {
    const answer = response(status, "<html>login</html>", location === "" ? {} : { location });
    expect(readModels(answer)).toEqual({
      kind: "fault",
      reason: "wrong_path",
      nameMatches: null,
      found: [],
      detail: `/models redirects (${status})`,
      fix: expect.stringContaining(fix),
    });
  });

  it.each([
    ["nginx", "<center><h1>400 Bad Request</h1></center>The plain HTTP request was sent to HTTPS port"],
    ["Apache", "Reason: You're speaking plain HTTP to an SSL-enabled server port."],
    ["Go", "Client sent an HTTP request to an HTTPS server.\n"],
  ])("400 of %s to plain HTTP on its TLS port is tls", (_who, body) => {
    expect(readModels(response(400, body))).toMatchObject({
      reason: "tls",
      fix: "Write https:// in api_base.",
    });
    expect(readModels(response(404, body))).toMatchObject({ reason: "wrong_path" });
  });

  it.each([408, 429])("%i passes: it is too busy to say who it is", (status) => {
    expect(readModels(response(status))).toMatchObject({ reason: "server_error" });
  });

  it.each([
    ["vLLM that scales", { error: "The model is currently scaling. Please try again later." }],
    ["llama.cpp that loads", { error: { message: "Loading model", type: "unavailable_error", code: 503 } }],
    ["LocalAI that starts", { status: "starting" }],
  ])("503 is absence when the backend says that it will pass: %s", (_who, body) => {
    expect(readModels(response(503, body))).toMatchObject({ kind: "absent" });
  });

  it("500 is a fault whatever its text says", () => {
    expect(readModels(response(500, "Loading model"))).toMatchObject({ reason: "server_error" });
  });

  it.each(PROXY_PAGES)("%s is the proxy's fault", (_page, answer, proxy) => {
    expect(readModels(answer)).toMatchObject({
      kind: "fault",
      reason: "proxy_error",
      detail: `${proxy} answers ${answer.status} for the backend`,
    });
  });
});

it("no answer at all is read as the failure it is", () => {
  expect(readModels(failure("ECONNREFUSED"))).toMatchObject({ kind: "absent" });
  expect(readModels(failure("ENOTFOUND"))).toMatchObject({ kind: "fault", reason: "dns" });
});

it("no answer is too odd to be read, and names are texts that are not empty", () => {
  const body = fc.oneof(
    fc.string(),
    fc.json(),
    fc.jsonValue().map((data) => JSON.stringify({ object: "list", data })),
    fc.array(fc.record({ id: fc.jsonValue() })).map((data) => JSON.stringify({ data })),
  );
  const status = fc.oneof(fc.constant(200), fc.integer({ min: 100, max: 999 }));
  fc.assert(
    fc.property(status, body, (code, text) => {
      const reading = readModels(response(code, text));
      const names = reading.kind === "models" ? reading.cards.map(({ id }) => id) : ["told"];
      const detail = reading.kind === "models" ? "told" : reading.detail;
      expect(names).not.toHaveLength(0);
      expect(names.every((name) => typeof name === "string" && name !== "")).toBe(true);
      expect(detail).toMatch(/^.+$/);
    }),
  );
});

describe("an answer that the gateway could not read", () => {
  const listed = (headers: Readonly<Record<string, string>>) =>
    readModels({ ...response(200, modelList("llama")), headers });

  it("is one that is framed twice", () => {
    expect(listed({ "transfer-encoding": "chunked, chunked" })).toMatchObject({
      reason: "not_openai",
      detail: expect.stringContaining("Transfer-Encoding"),
      fix: expect.stringContaining("proxy"),
    });
  });

  it("is none that is framed once", () => {
    expect(listed({ "transfer-encoding": "chunked" })).toMatchObject({ kind: "models" });
  });
});

it("a proxy that misses a client certificate says so in its page", () => {
  const page = "<html><head><title>400 No required SSL certificate was sent</title></head></html>";
  expect(readModels(response(400, page))).toMatchObject({
    reason: "tls",
    detail: "/models answers 400: the server wants a client certificate",
    fix: expect.stringContaining("client_cert"),
  });
});
