import type { VllmError } from "./error-body.ts";

/** What can be asked of the engine. */
export type Endpoint = "chat" | "completions" | "embeddings" | "responses" | "messages" | "count-tokens";

/** Where the prompt stands in the body. */
export const PROMPT_FIELDS: Readonly<Record<Endpoint, string>> = {
  chat: "messages",
  completions: "prompt",
  embeddings: "input",
  responses: "input",
  messages: "messages",
  "count-tokens": "messages",
};

export type Body = Readonly<Record<string, unknown>>;

/** How many tokens a request is about. */
export interface Lengths {
  readonly prompt: number;
  /** Undefined when the client leaves it to the model. */
  readonly output: number | undefined;
  readonly limit: number;
}

/** What a kind of server says to a client's mistakes, in the order in which it looks. Undefined = nothing is wrong. */
export interface RequestRules {
  mediaType(type: string): VllmError | undefined;
  badUtf8(raw: Buffer): VllmError | undefined;
  badJson(text: string): VllmError;
  notAnObject(value: unknown): VllmError;
  /** Before the name of the model is looked at. */
  fields(endpoint: Endpoint, body: Body): VllmError | undefined;
  /** Once the model is known. */
  values(endpoint: Endpoint, body: Body, model: string): VllmError | undefined;
  context(lengths: Lengths): VllmError | undefined;
  /** Found only once the engine reads it: a stream has begun by then, with status 200. */
  grammar(body: Body): VllmError | undefined;
}
