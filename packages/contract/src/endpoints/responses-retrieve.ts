import { objectPaths, type Endpoint } from "./endpoint.ts";
import { responseEvents } from "./response-events.ts";

export const responsesRetrieve: Endpoint = {
  name: "responses_retrieve",
  method: "GET",
  paths: objectPaths("/responses/{id}"),
  upstreamPath: "/responses/{id}",
  query: ["stream", "starting_after", "include", "include[]", "include_obfuscation"],
  below: "api",
  dialect: "openai",
  model: "object_id",
  response: {
    model: [["model"]],
    content: "output",
    usage: ["usage"],
    events: responseEvents,
  },
  counts: [],
  servedBy: ["vllm", "sglang"],
  resend: "always",
  sticky: true,
  canary: null,
  probe: null,
};
