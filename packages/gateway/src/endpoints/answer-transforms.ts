import type { AnswerTransforms } from "./answer-transform.ts";
import { responseTransforms } from "./response-transforms.ts";

/** By the endpoint's name. Where none stands here nothing changes but the name. */
export const ANSWER_TRANSFORMS: ReadonlyMap<string, AnswerTransforms> = new Map([
  ["responses", responseTransforms],
  ["responses_retrieve", responseTransforms],
  ["responses_cancel", responseTransforms],
]);
