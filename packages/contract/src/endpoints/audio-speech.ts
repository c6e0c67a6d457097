import { openaiPaths, type Endpoint } from "./endpoint.ts";

export const audioSpeech: Endpoint = {
  name: "audio_speech",
  method: "POST",
  paths: openaiPaths("/audio/speech"),
  upstreamPath: "/audio/speech",
  below: "api",
  dialect: "openai",
  model: "json",
  response: {
    model: [],
    content: null,
    usage: [],
    events: {
      model: [],
      usage: [["usage"]],
      named: false,
      opening: [],
      terminal: ["speech.audio.done"],
      finish: null,
    },
  },
  counts: ["characters"],
  servedBy: ["vllm", "localai", "generic"],
  resend: "always",
  sticky: false,
  canary: null,
  probe: { body: { model: 0, input: 0, voice: 0 } },
};
