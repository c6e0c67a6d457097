import { versioned, type Endpoint } from "./endpoint.ts";

export const score: Endpoint = {
  name: "score",
  method: "POST",
  paths: versioned("/score"),
  upstreamPath: "/score",
  below: "api",
  dialect: "openai",
  model: "json",
  response: { model: [["model"]], content: "data", usage: ["usage"], events: null },
  counts: ["tokens"],
  servedBy: ["vllm", "sglang"],
  resend: "always",
  sticky: false,
  canary: null,
  probe: { body: { model: 0, queries: 0, documents: 0, text_1: 0, text_2: 0 } },
};
