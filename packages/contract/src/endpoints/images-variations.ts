import { openaiPaths, type Endpoint } from "./endpoint.ts";

export const imagesVariations: Endpoint = {
  name: "images_variations",
  method: "POST",
  paths: openaiPaths("/images/variations"),
  upstreamPath: "/images/variations",
  below: "api",
  dialect: "openai",
  model: "multipart",
  response: {
    model: [],
    content: "data",
    usage: ["usage"],
    events: null,
  },
  counts: ["images"],
  servedBy: ["vllm", "localai", "generic"],
  resend: "unsent",
  sticky: false,
  canary: null,
  probe: { body: { model: 0 } },
};
