import { audioSpeech } from "./audio-speech.ts";
import { audioTranscriptions } from "./audio-transcriptions.ts";
import { audioTranslations } from "./audio-translations.ts";
import { chatCompletions } from "./chat-completions.ts";
import { classify } from "./classify.ts";
import { completions } from "./completions.ts";
import { detokenize } from "./detokenize.ts";
import { embeddings } from "./embeddings.ts";
import type { Endpoint } from "./endpoint.ts";
import { imagesEdits } from "./images-edits.ts";
import { imagesGenerations } from "./images-generations.ts";
import { imagesVariations } from "./images-variations.ts";
import { messagesCountTokens } from "./messages-count-tokens.ts";
import { messages } from "./messages.ts";
import { moderations } from "./moderations.ts";
import { pooling } from "./pooling.ts";
import { rerank } from "./rerank.ts";
import { responsesCancel } from "./responses-cancel.ts";
import { responsesInputTokens } from "./responses-input-tokens.ts";
import { responsesRetrieve } from "./responses-retrieve.ts";
import { responses } from "./responses.ts";
import { score } from "./score.ts";
import { tokenize } from "./tokenize.ts";

/** Every operation that carries a model. One more of a known shape is one file and one entry here. */
export const ENDPOINTS: readonly Endpoint[] = [
  chatCompletions,
  completions,
  embeddings,
  messages,
  messagesCountTokens,
  responses,
  responsesInputTokens,
  responsesRetrieve,
  responsesCancel,
  rerank,
  score,
  classify,
  pooling,
  tokenize,
  detokenize,
  moderations,
  audioTranscriptions,
  audioTranslations,
  audioSpeech,
  imagesGenerations,
  imagesEdits,
  imagesVariations,
];
