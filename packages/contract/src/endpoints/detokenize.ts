import { versioned, type Endpoint } from "./endpoint.ts";

export const detokenize: Endpoint = {
  name: "detokenize",
  method: "POST",
  paths: versioned("/detokenize"),
  upstreamPath: "/detokenize",
  below: "root",
  dialect: "openai",
  model: "json",
  response: { model: [], content: null, usage: [], events: null },
  counts: [],
  servedBy: ["vllm", "sglang", "llamacpp"],
  resend: "always",
  sticky: false,
  canary: null,
  probe: { body: { model: 0, tokens: "x" } },
};
