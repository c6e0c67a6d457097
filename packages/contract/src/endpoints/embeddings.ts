import { openaiPaths, type Endpoint } from "./endpoint.ts";

export const embeddings: Endpoint = {
  name: "embeddings",
  method: "POST",
  paths: openaiPaths("/embeddings"),
  upstreamPath: "/embeddings",
  below: "api",
  dialect: "openai",
  model: "json",
  response: { model: [["model"]], content: "data", usage: ["usage"], events: null },
  counts: ["tokens"],
  servedBy: "all",
  resend: "always",
  sticky: false,
  canary: { modes: ["embedding"], body: (model) => ({ model, input: "Hi" }) },
  probe: { body: { model: 0, input: 0 } },
};
