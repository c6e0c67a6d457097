import type { AnswerTransforms } from "./answer-transform.ts";
import { RerankAnswer } from "./rerank-answer.ts";
import { responseTransforms } from "./response-transforms.ts";
import { TranscriptionEvents } from "./transcription-events.ts";

/** By the endpoint's name. Where none stands here nothing changes but the name. */
export const ANSWER_TRANSFORMS: ReadonlyMap<string, AnswerTransforms> = new Map<string, AnswerTransforms>([
  ["responses", responseTransforms],
  ["responses_retrieve", responseTransforms],
  ["responses_cancel", responseTransforms],
  ["rerank", { events: null, body: (attempt) => new RerankAnswer(attempt) }],
  ["audio_transcriptions", { events: () => new TranscriptionEvents(), body: null }],
]);
