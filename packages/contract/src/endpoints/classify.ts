import { versioned, type Endpoint } from "./endpoint.ts";

export const classify: Endpoint = {
  name: "classify",
  method: "POST",
  paths: versioned("/classify"),
  upstreamPath: "/classify",
  below: "root",
  dialect: "openai",
  model: "json",
  response: { model: [["model"]], content: "data", usage: ["usage"], events: null },
  counts: ["tokens"],
  servedBy: ["vllm", "sglang"],
  resend: "always",
  sticky: false,
  canary: null,
  probe: { body: { model: 0, input: 0 } },
};
