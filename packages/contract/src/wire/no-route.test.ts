import { describe, expect, test } from "vitest";
import { readErrorBody } from "./error-body.ts";
import { saysNoRoute } from "./no-route.ts";

const says = (status: number, text: string) => saysNoRoute(status, text, readErrorBody(text));

/** Captured from vLLM 0.32 and llama.cpp, the others from their sources. */
describe("there is no such route", () => {
  test.each<[string, number, string]>([
    ["vLLM, SGLang, LMDeploy, TensorRT-LLM", 404, '{"detail":"Not Found"}'],
    ["the same of another method", 405, '{"detail":"Method Not Allowed"}'],
    ["llama.cpp", 404, '{"error":{"message":"File Not Found","type":"not_found_error","code":404}}'],
    [
      "llama.cpp without --reranking",
      501,
      '{"error":{"code":501,"message":"This server does not support reranking. Start it with `--reranking`","type":"not_supported_error"}}',
    ],
    [
      "llama.cpp without --embeddings",
      501,
      '{"error":{"code":501,"message":"This server does not support embeddings. Start it with `--embeddings`","type":"not_supported_error"}}',
    ],
    ["Ollama", 404, "404 page not found"],
    ["TGI, TEI", 404, ""],
    ["TGI, TEI, of another method", 405, ""],
    ["LocalAI", 404, '{"error":{"code":404,"message":"Resource not found","type":""}}'],
    ["LM Studio", 200, '{"error":"Unexpected endpoint or method. (POST /v1/rerank)"}'],
    [
      "vLLM 0.11",
      400,
      '{"object":"error","message":"The model does not support Chat Completions API","type":"BadRequestError","param":null,"code":400}',
    ],
    [
      "vLLM 0.10 of reranking",
      400,
      '{"error":{"message":"The model does not support Rerank (Score) API","type":"BadRequestError","param":null,"code":400}}',
    ],
    ["OpenAI", 404, '{"error":{"message":"Invalid URL (POST /v1/nope)","type":"invalid_request_error"}}'],
    ["a gateway like this one", 404, '{"error":{"message":"There is no route.","code":"unknown_url"}}'],
    ["Express", 404, "<!DOCTYPE html><pre>Cannot POST /v1/rerank</pre>"],
    ["Fastify", 404, '{"message":"Route POST:/v1/rerank not found","error":"Not Found","statusCode":404}'],
    ["nginx", 404, "<html><head><title>404 Not Found</title></head></html>"],
  ])("%s: %s", (_server, status, text) => {
    expect(says(status, text)).toBe(true);
  });
});

describe("there is such a route", () => {
  test.each<[string, number, string]>([
    [
      "vLLM's of an unknown model",
      404,
      '{"error":{"message":"The model `nope` does not exist. Valid aliases: m1, m2.","type":"NotFoundError","param":"model","code":404}}',
    ],
    [
      "Ollama's of an unknown model",
      404,
      '{"error":{"message":"model \'\' not found","type":"not_found_error","param":null,"code":null}}',
    ],
    ["an unknown model in plain words", 404, "model 'x' not found, try pulling it first"],
    ["LocalAI's of an unknown model", 404, '{"error":{"code":404,"message":"model \\"x\\" not found"}}'],
    [
      "vLLM's of an unknown response",
      404,
      '{"error":{"message":"Response with id \'resp_1\' not found.","type":"NotFoundError","param":null,"code":404}}',
    ],
    ["words that nobody knows", 404, '{"message":"nothing here"}'],
    [
      "vLLM's of a wrong type",
      400,
      '{"error":{"message":"1 validation error:\\n  {\'type\': \'list_type\', \'loc\': \'body.messages\'}","type":"Bad Request","param":"body.messages","code":400}}',
    ],
    [
      "llama.cpp's of a wrong type",
      400,
      '{"error":{"code":400,"message":"Expected \'messages\' to be an array","type":"invalid_request_error"}}',
    ],
    ["TEI's of a missing field", 422, "Failed to deserialize the JSON body into the target type"],
    ["a refused key", 401, '{"error":"Unauthorized"}'],
    [
      "what is switched off within it",
      403,
      '{"error":{"message":"Scale-out endpoints are disabled.","type":"PermissionDeniedError","code":403}}',
    ],
    [
      "a feature that vLLM has not",
      501,
      '{"error":{"message":"tool_choice is not implemented","type":"NotImplementedError","code":501}}',
    ],
    ["one that loads", 503, '{"error":{"message":"Loading model","type":"unavailable_error","code":503}}'],
    ["a proxy's", 502, "<html>502 Bad Gateway</html>"],
    ["an answer", 200, '{"object":"list","data":[]}'],
  ])("%s: %s", (_what, status, text) => {
    expect(says(status, text)).toBe(false);
  });
});
