import { objectPaths, type Endpoint } from "./endpoint.ts";

export const responsesCancel: Endpoint = {
  name: "responses_cancel",
  method: "POST",
  paths: objectPaths("/responses/{id}/cancel"),
  upstreamPath: "/responses/{id}/cancel",
  below: "api",
  dialect: "openai",
  model: "object_id",
  response: { model: [["model"]], content: "output", usage: [], events: null },
  counts: [],
  servedBy: ["vllm", "sglang"],
  resend: "unsent",
  sticky: true,
  canary: null,
  probe: null,
};
