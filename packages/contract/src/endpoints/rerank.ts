import { versioned, type Endpoint } from "./endpoint.ts";

export const rerank: Endpoint = {
  name: "rerank",
  method: "POST",
  paths: [...versioned("/rerank"), "/v2/rerank"],
  upstreamPath: "/rerank",
  below: "api",
  elsewhere: { tei: { upstreamPath: "/rerank", below: "root" } },
  dialect: "cohere",
  model: "json",
  response: { model: [["model"]], content: null, usage: ["usage"], events: null },
  counts: ["tokens", "searches"],
  servedBy: ["vllm", "sglang", "llamacpp", "tei"],
  resend: "always",
  sticky: false,
  canary: { modes: ["rerank"], body: (model) => ({ model, query: "Hi", documents: ["Hi"] }) },
  probe: { body: { model: 0, query: 0, documents: 0 } },
};
