import { versioned, type Endpoint } from "./endpoint.ts";

export const pooling: Endpoint = {
  name: "pooling",
  method: "POST",
  paths: versioned("/pooling"),
  upstreamPath: "/pooling",
  below: "root",
  dialect: "openai",
  model: "json",
  response: { model: [["model"]], content: "data", usage: ["usage"], events: null },
  counts: ["tokens"],
  servedBy: ["vllm"],
  resend: "always",
  sticky: false,
  canary: null,
  probe: { body: { model: 0, input: 0 } },
};
