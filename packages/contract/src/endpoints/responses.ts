import { openaiPaths, type Endpoint } from "./endpoint.ts";
import { responseEvents } from "./response-events.ts";

export const responses: Endpoint = {
  name: "responses",
  method: "POST",
  paths: [...openaiPaths("/responses"), "/openai/responses"],
  upstreamPath: "/responses",
  below: "api",
  dialect: "openai",
  model: "json",
  response: {
    model: [["model"]],
    content: "output",
    usage: ["usage"],
    events: responseEvents,
  },
  counts: ["tokens"],
  servedBy: ["vllm", "sglang", "llamacpp", "ollama"],
  resend: "always",
  sticky: true,
  canary: null,
  probe: { body: { model: 0, input: 0 } },
};
