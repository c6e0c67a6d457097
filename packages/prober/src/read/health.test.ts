import { describe, expect, it } from "vitest";
import { failure, response } from "../../test/answers.ts";
import { PROXY_PAGES } from "../../test/proxy-pages.ts";
import type { Kind } from "@rollcall/contract";
import { SERVER_KINDS } from "../kinds/index.ts";
import { readHealth, type HealthContext } from "./health.ts";

function at(kind: Kind, served: boolean): HealthContext {
  const { health } = SERVER_KINDS[kind];
  if (health === null) throw new Error(`${kind} has no health route`);
  return { route: health, served };
}

const VLLM = at("vllm", true);

describe("/health beside a good model list", () => {
  it.each([
    ["vLLM ≥ 0.11", response(503)],
    ["older vLLM", response(500)],
    ["TGI", response(503, { error: "unhealthy", error_type: "healthcheck" })],
    ["TensorRT-LLM", response(503, "LLM is unavailable. Please check the server logs for more details.")],
  ])("accuses the engine: %s", (_who, answer) => {
    const outcome = readHealth(answer, VLLM);
    expect(outcome).toMatchObject({ kind: "fault", reason: "engine_dead" });
    expect(outcome).toHaveProperty("detail", `/health answers ${answer.status} while /models answers 200`);
  });

  it.each([
    ["llama.cpp", { error: { message: "Loading model", type: "unavailable_error", code: 503 } }],
    ["SGLang", "Starting"],
    ["LocalAI", { status: "starting" }],
    ["vLLM that scales", { error: "The model is currently scaling. Please try again later." }],
  ])("says that the server is not there yet: %s", (_who, body) => {
    expect(readHealth(response(503, body), VLLM)).toMatchObject({ kind: "absent" });
  });

  it.each([
    ["vLLM's empty 200", response(200)],
    ["llama.cpp's 200", response(200, { status: "ok" })],
    ["a server without the route", response(404, { detail: "Not Found" })],
    ["a server that wants another method", response(405, { detail: "Method Not Allowed" })],
    ["a server that guards the route", response(401, { error: "Unauthorized" })],
    ["too many requests", response(429)],
    ["a gateway timeout", response(504)],
    ["silence, since a busy vLLM may need 40 s", failure("PROBE_TIMEOUT")],
    ["a reset", failure("ECONNRESET")],
    ["a refusal", failure("ECONNREFUSED")],
  ])("says nothing against the backend: %s", (_what, answer) => {
    expect(readHealth(answer, VLLM)).toBeNull();
  });

  it.each(PROXY_PAGES)("says nothing of the engine when a proxy speaks: %s", (_page, answer) => {
    expect(readHealth(answer, VLLM)).toBeNull();
  });
});

describe("SGLang", () => {
  it.each([
    ["before it has served, is still warming up", false, { kind: "absent" }],
    ["after it has served, is about to end", true, { kind: "fault", reason: "draining" }],
  ])("that answers 503 %s", (_when, served, outcome) => {
    expect(readHealth(response(503), at("sglang", served))).toMatchObject(outcome);
  });

  it("that says that it starts is loading, whatever came before", () => {
    expect(readHealth(response(503, "Starting"), at("sglang", true))).toMatchObject({
      kind: "absent",
    });
  });

  it("that answers 500 has a dead engine", () => {
    expect(readHealth(response(500), at("sglang", true))).toMatchObject({
      reason: "engine_dead",
    });
  });
});

describe("words", () => {
  it.each(["Server is draining", { status: "shutting down" }])("tell of an end: %j", (body) => {
    expect(readHealth(response(503, body), VLLM)).toMatchObject({ reason: "draining" });
  });

  it("tell of LMDeploy's sleep under 200, and of nobody else's", () => {
    const answer = response(200, { status: "sleeping" });
    expect(readHealth(answer, at("lmdeploy", true))).toMatchObject({ reason: "asleep" });
    expect(readHealth(answer, VLLM)).toBeNull();
    expect(readHealth(response(200, { status: "healthy" }), at("lmdeploy", true))).toBeNull();
  });
});

it("the route that answered stands in the detail", () => {
  expect(readHealth(response(503), at("localai", true))).toHaveProperty(
    "detail",
    "/readyz answers 503 while /models answers 200",
  );
});
