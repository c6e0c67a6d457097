import { openaiPaths, type Endpoint } from "./endpoint.ts";

export const imagesGenerations: Endpoint = {
  name: "images_generations",
  method: "POST",
  paths: openaiPaths("/images/generations"),
  upstreamPath: "/images/generations",
  below: "api",
  dialect: "openai",
  model: "json",
  response: {
    model: [],
    content: "data",
    usage: ["usage"],
    events: {
      model: [],
      usage: [["usage"]],
      named: true,
      opening: [],
      terminal: ["image_generation.completed"],
      finish: null,
    },
  },
  counts: ["images"],
  servedBy: ["vllm", "localai", "generic"],
  resend: "unsent",
  sticky: false,
  canary: null,
  probe: { body: { model: 0, prompt: 0 } },
};
