import { openaiPaths, type Endpoint } from "./endpoint.ts";

export const moderations: Endpoint = {
  name: "moderations",
  method: "POST",
  paths: openaiPaths("/moderations"),
  upstreamPath: "/moderations",
  below: "api",
  dialect: "openai",
  model: "json",
  impliedMode: "moderation",
  response: { model: [["model"]], content: "results", usage: [], events: null },
  counts: [],
  servedBy: ["localai", "generic"],
  resend: "always",
  sticky: false,
  canary: null,
  probe: { body: { model: 0, input: 0 } },
};
