import { openaiPaths, type Endpoint } from "./endpoint.ts";

export const imagesEdits: Endpoint = {
  name: "images_edits",
  method: "POST",
  paths: openaiPaths("/images/edits"),
  upstreamPath: "/images/edits",
  below: "api",
  dialect: "openai",
  model: "multipart",
  response: {
    model: [],
    content: "data",
    usage: ["usage"],
    events: {
      model: [],
      usage: [["usage"]],
      named: true,
      opening: [],
      terminal: ["image_edit.completed"],
      finish: null,
    },
  },
  counts: ["images"],
  servedBy: ["vllm", "localai", "generic"],
  resend: "unsent",
  sticky: false,
  canary: null,
  probe: { body: { model: 0 } },
};
