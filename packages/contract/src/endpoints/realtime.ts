import type { Endpoint } from "./endpoint.ts";

/** Not in `ENDPOINTS`: what comes on a WebSocket passes other stages. */
export const realtime: Endpoint = {
  name: "realtime",
  method: "GET",
  upgrade: "websocket",
  paths: ["/v1/realtime", "/realtime", "/openai/v1/realtime", "/openai/realtime"],
  upstreamPath: "/realtime",
  below: "api",
  dialect: "openai",
  model: "query",
  response: {
    model: [],
    content: null,
    usage: ["response", "usage"],
    events: {
      model: [["session", "model"]],
      usage: [["response", "usage"]],
      named: false,
      opening: [],
      terminal: [],
      finish: null,
    },
  },
  counts: ["tokens", "seconds"],
  servedBy: ["vllm", "sglang", "localai"],
  resend: "always",
  sticky: false,
  canary: null,
  probe: null,
};
