import { versioned, type Endpoint } from "./endpoint.ts";

export const tokenize: Endpoint = {
  name: "tokenize",
  method: "POST",
  paths: versioned("/tokenize"),
  upstreamPath: "/tokenize",
  below: "root",
  dialect: "openai",
  model: "json",
  response: { model: [], content: null, usage: [], events: null },
  counts: [],
  servedBy: ["vllm", "sglang", "llamacpp", "tei", "tgi"],
  resend: "always",
  sticky: false,
  canary: null,
  probe: { body: { model: 0, prompt: 0, messages: 0, content: 0, inputs: 0 } },
};
