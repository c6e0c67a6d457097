/** One way to ask: an endpoint, and whether its answer is a stream. */
export interface Shape {
  readonly name: string;
  /** Of the table. */
  readonly endpoint: string;
  readonly path: string;
  readonly stream: boolean;
  readonly body: object;
  /** Tokens that the simulator writes: null where answers of the endpoint have no output. */
  readonly output: number | null;
  /** The simulator's faults of inference reach it: it can be cut, hang, and be tried again. */
  readonly isInference: boolean;
}

/** So many tokens each answer has. */
export const OUTPUT = 8;

const messages = [{ role: "user", content: "Say something, please." }];

const generating = { stream: false, output: OUTPUT, isInference: true };

/** Every shape of an answer that says what it used. */
export const SHAPES: readonly Shape[] = [
  {
    ...generating,
    name: "a chat",
    endpoint: "chat_completions",
    path: "/v1/chat/completions",
    body: { messages, max_tokens: OUTPUT },
  },
  {
    ...generating,
    name: "a chat, streamed",
    endpoint: "chat_completions",
    path: "/v1/chat/completions",
    stream: true,
    body: { messages, max_tokens: OUTPUT, stream: true },
  },
  {
    ...generating,
    name: "a chat, streamed, usage asked for",
    endpoint: "chat_completions",
    path: "/v1/chat/completions",
    stream: true,
    body: { messages, max_tokens: OUTPUT, stream: true, stream_options: { include_usage: true } },
  },
  {
    ...generating,
    name: "a completion",
    endpoint: "completions",
    path: "/v1/completions",
    body: { prompt: "Once", max_tokens: OUTPUT },
  },
  {
    ...generating,
    name: "a completion, streamed",
    endpoint: "completions",
    path: "/v1/completions",
    stream: true,
    body: { prompt: "Once", max_tokens: OUTPUT, stream: true },
  },
  {
    ...generating,
    name: "a response",
    endpoint: "responses",
    path: "/v1/responses",
    body: { input: "Hi", max_output_tokens: OUTPUT },
  },
  {
    ...generating,
    name: "a response, streamed",
    endpoint: "responses",
    path: "/v1/responses",
    stream: true,
    body: { input: "Hi", max_output_tokens: OUTPUT, stream: true },
  },
  {
    ...generating,
    name: "a message",
    endpoint: "messages",
    path: "/v1/messages",
    body: { messages, max_tokens: OUTPUT },
  },
  {
    ...generating,
    name: "a message, streamed",
    endpoint: "messages",
    path: "/v1/messages",
    stream: true,
    body: { messages, max_tokens: OUTPUT, stream: true },
  },
  {
    name: "embeddings",
    endpoint: "embeddings",
    path: "/v1/embeddings",
    stream: false,
    body: { input: ["one", "two words"] },
    output: 0,
    isInference: true,
  },
  {
    name: "a rerank",
    endpoint: "rerank",
    path: "/v1/rerank",
    stream: false,
    body: { query: "what", documents: ["this", "that one"] },
    output: null,
    isInference: false,
  },
  {
    name: "scores",
    endpoint: "score",
    path: "/v1/score",
    stream: false,
    body: { text_1: "what", text_2: ["this", "that one"] },
    output: 0,
    isInference: false,
  },
];
