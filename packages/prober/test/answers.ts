import type { ConnectionFailure, HttpResponse } from "../src/read/probe-response.ts";

/** An answer as it comes from the network; an object becomes JSON. */
export function response(
  status: number,
  body: unknown = "",
  headers: Readonly<Record<string, string>> = {},
): HttpResponse {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return { kind: "response", status, headers, body: text, truncated: false, durationMs: 1 };
}

export function failure(code: string): ConnectionFailure {
  return { kind: "failure", code, durationMs: 1 };
}

/** What vLLM answers on `/v1/models`. */
export function modelList(...names: readonly string[]): object {
  return {
    object: "list",
    data: names.map((id) => ({
      id,
      object: "model",
      created: 1_755_400_000,
      owned_by: "vllm",
      root: `/models/${id}`,
      parent: null,
      max_model_len: 131_072,
      permission: [{ id: "modelperm-0a1b", object: "model_permission", allow_sampling: true }],
    })),
  };
}
