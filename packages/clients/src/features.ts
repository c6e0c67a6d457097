/** Columns of the page: what of the gateway a client uses. */
export const COLUMNS = [
  "chat",
  "completions",
  "embeddings",
  "responses",
  "messages",
  "rerank",
  "audio",
  "images",
  "realtime",
  "models",
  "errors",
  "leaving",
] as const;

export type Column = (typeof COLUMNS)[number];

interface About {
  readonly column: Column;
  /** What a client has to see for it to count. */
  readonly shows: string;
}

/** What is tried, by the name that scripts print. */
export const FEATURES = {
  chat: { column: "chat", shows: "an answer under the alias, with usage" },
  stream: { column: "chat", shows: "the same text in pieces, with usage at the end" },
  tools: { column: "chat", shows: "a tool called by name, with arguments that are JSON" },
  "tools-stream": { column: "chat", shows: "the same in pieces" },
  structured: { column: "chat", shows: "an answer that the client parses by its schema" },
  agent: { column: "chat", shows: "a tool called, run by the client and answered in words" },
  cut: { column: "chat", shows: "a stream that the backend breaks off is an error, not an end" },
  completions: { column: "completions", shows: "text under the alias" },
  "completions-stream": { column: "completions", shows: "text in pieces" },
  embeddings: {
    column: "embeddings",
    shows: "a vector for each text, as the client asks for them by itself",
  },
  responses: { column: "responses", shows: "an answer under the alias, with usage" },
  "responses-stream": {
    column: "responses",
    shows: "events that the client's types know, to response.completed",
  },
  "responses-tools": { column: "responses", shows: "a tool called by name" },
  "responses-structured": { column: "responses", shows: "an answer that the client parses by its schema" },
  "responses-retrieve": {
    column: "responses",
    shows: "the same response by its id, and a next one that goes on from it",
  },
  "responses-agent": { column: "responses", shows: "a tool called, run by the client and answered in words" },
  "responses-cut": {
    column: "responses",
    shows: "a stream that the backend breaks off ends with response.failed",
  },
  messages: { column: "messages", shows: "a message under the alias, with usage" },
  "messages-stream": { column: "messages", shows: "events that the client's types know, to message_stop" },
  "messages-tools": { column: "messages", shows: "a tool used by name, with its input" },
  "messages-structured": { column: "messages", shows: "an answer that the client parses by its schema" },
  "messages-agent": { column: "messages", shows: "a tool used, run by the client and answered in words" },
  "messages-count": { column: "messages", shows: "the tokens of a conversation" },
  "messages-cut": { column: "messages", shows: "a stream that the backend breaks off is an error" },
  rerank: { column: "rerank", shows: "documents with scores, the best first" },
  transcription: { column: "audio", shows: "text of a sound" },
  "transcription-stream": { column: "audio", shows: "text in pieces" },
  translation: { column: "audio", shows: "text of a sound" },
  speech: { column: "audio", shows: "every byte of a sound" },
  image: { column: "images", shows: "a picture" },
  realtime: { column: "realtime", shows: "a WebSocket that opens, takes sound and answers" },
  models: { column: "models", shows: "the aliases, and one that has a slash by its name" },
  "messages-models": {
    column: "models",
    shows: "the aliases in Anthropic's list, and one that has a slash by its name",
  },
  "model-info": { column: "models", shows: "LiteLLM's list of models, with their context length" },
  "wrong-key": { column: "errors", shows: "the client's own error for a wrong key" },
  "unknown-model": { column: "errors", shows: "the client's own error for a model that is not there" },
  timeout: { column: "leaving", shows: "the client's own timeout, and the backend is told to stop" },
  abort: { column: "leaving", shows: "a stream that the client leaves, and the backend is told to stop" },
} as const satisfies Readonly<Record<string, About>>;

export type Feature = keyof typeof FEATURES;
