import { openaiPaths, type Endpoint } from "./endpoint.ts";
import { transcriptionResponse } from "./transcription-response.ts";

export const audioTranslations: Endpoint = {
  name: "audio_translations",
  method: "POST",
  paths: openaiPaths("/audio/translations"),
  upstreamPath: "/audio/translations",
  below: "api",
  dialect: "openai",
  model: "multipart",
  impliedMode: "audio_transcription",
  response: transcriptionResponse,
  counts: ["seconds", "tokens"],
  servedBy: ["vllm", "localai", "generic"],
  resend: "always",
  sticky: false,
  canary: null,
  probe: { body: { model: 0 } },
};
