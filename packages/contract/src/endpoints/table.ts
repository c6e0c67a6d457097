import { chatCompletions } from "./chat-completions.ts";
import { completions } from "./completions.ts";
import { embeddings } from "./embeddings.ts";
import type { Endpoint } from "./endpoint.ts";
import { messagesCountTokens } from "./messages-count-tokens.ts";
import { messages } from "./messages.ts";
import { rerank } from "./rerank.ts";
import { responsesCancel } from "./responses-cancel.ts";
import { responsesInputTokens } from "./responses-input-tokens.ts";
import { responsesRetrieve } from "./responses-retrieve.ts";
import { responses } from "./responses.ts";

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
];
