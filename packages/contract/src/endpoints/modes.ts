/** LiteLLM's modes of models that hold no conversation, and what to call instead. */
const CALLED_BY: ReadonlyMap<string, string> = new Map([
  ["audio_speech", "/v1/audio/speech"],
  ["audio_transcription", "/v1/audio/transcriptions"],
  ["embedding", "/v1/embeddings"],
  ["image_edit", "/v1/images/edits"],
  ["image_generation", "/v1/images/generations"],
  ["moderation", "/v1/moderations"],
  ["rerank", "/v1/rerank"],
]);

/** Endpoints that want text written: none of these models does. */
const WRITING: ReadonlySet<string> = new Set(["chat_completions", "completions", "messages", "responses"]);

/** Where a model of that mode is called, if not at the endpoint of that name; null where it may be. */
export function calledElsewhere(mode: string, endpoint: string): string | null {
  return WRITING.has(endpoint) ? (CALLED_BY.get(mode) ?? null) : null;
}
