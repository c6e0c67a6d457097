import { expect, test } from "vitest";
import { calledElsewhere } from "./modes.ts";
import { ENDPOINTS } from "./table.ts";

test.each([
  ["rerank", "chat_completions", "/v1/rerank"],
  ["audio_transcription", "responses", "/v1/audio/transcriptions"],
  ["embedding", "messages", "/v1/embeddings"],
  ["rerank", "rerank", null],
  ["embedding", "tokenize", null],
  ["chat", "chat_completions", null],
  ["completion", "chat_completions", null],
  ["something new", "chat_completions", null],
])("a model for %s at %s", (mode, endpoint, path) => {
  expect(calledElsewhere(mode, endpoint)).toBe(path);
});

test("what to call instead is there", () => {
  const paths = new Set(ENDPOINTS.flatMap((endpoint) => endpoint.paths));
  for (const mode of [
    "audio_speech",
    "audio_transcription",
    "embedding",
    "image_edit",
    "image_generation",
    "moderation",
    "rerank",
  ])
    expect(paths).toContain(calledElsewhere(mode, "chat_completions"));
});
