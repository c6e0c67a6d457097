import { objectPaths, type Endpoint } from "./endpoint.ts";

export const responsesInputTokens: Endpoint = {
  name: "responses_input_tokens",
  method: "POST",
  paths: objectPaths("/responses/input_tokens"),
  upstreamPath: "/responses/input_tokens",
  below: "api",
  dialect: "openai",
  model: "json",
  response: { model: [], content: "input_tokens", usage: [], events: null },
  counts: [],
  servedBy: ["llamacpp"],
  resend: "always",
  sticky: false,
  canary: null,
  probe: { body: { model: 0, input: 0 } },
};
