import { openaiPaths, type Endpoint } from "./endpoint.ts";
import { transcriptionResponse } from "./transcription-response.ts";

export const audioTranscriptions: Endpoint = {
  name: "audio_transcriptions",
  method: "POST",
  paths: openaiPaths("/audio/transcriptions"),
  upstreamPath: "/audio/transcriptions",
  below: "api",
  dialect: "openai",
  model: "multipart",
  impliedMode: "audio_transcription",
  response: transcriptionResponse,
  counts: ["seconds", "tokens"],
  servedBy: ["vllm", "sglang", "ollama", "localai", "generic"],
  resend: "always",
  sticky: false,
  canary: null,
  probe: { body: { model: 0 } },
};
