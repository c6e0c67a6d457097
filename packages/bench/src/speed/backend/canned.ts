import { servedName } from "../names.ts";

const HEAD = "HTTP/1.1 200 OK\r\ndate: Tue, 24 Nov 2026 00:00:00 GMT\r\nserver: uvicorn\r\n";
const CREATED = 1_795_478_400;
const ID = "chatcmpl-0123456789abcdef0123456789abcdef";

const VECTORS = 1_000;
/** 1,024 numbers of 4 bytes in base64, which is what OpenAI's own client asks for. */
const VECTOR = "vT3w".repeat(1_365);

function json(body: unknown): Buffer {
  const text = JSON.stringify(body);
  return Buffer.from(
    `${HEAD}content-length: ${text.length}\r\ncontent-type: application/json\r\n\r\n${text}`,
  );
}

/** A whole answer of vLLM's to a chat completion: 0.6 KB. */
export function chatAnswer(): Buffer {
  const message = {
    role: "assistant",
    content: "Because light of short wavelengths is scattered more than light of long ones.",
    refusal: null,
    annotations: null,
    audio: null,
    function_call: null,
    tool_calls: [],
    reasoning: null,
  };
  return json({
    id: ID,
    object: "chat.completion",
    created: CREATED,
    model: servedName(0),
    choices: [
      { index: 0, message, logprobs: null, finish_reason: "stop", stop_reason: null, token_ids: null },
    ],
    service_tier: null,
    system_fingerprint: "vllm-0.26.0-8e3e5b4a",
    usage: { prompt_tokens: 42, total_tokens: 58, completion_tokens: 16, prompt_tokens_details: null },
    prompt_logprobs: null,
    prompt_token_ids: null,
    kv_transfer_params: null,
  });
}

/** As long as a chat's answer: what is compared is the endpoint, not the size. */
function asLongAsChat(answer: (text: string) => object): Buffer {
  const missing = chatAnswer().length - json(answer("")).length;
  return json(answer("x".repeat(Math.max(missing, 0))));
}

/** The same of Anthropic's messages, as vLLM writes it. */
export function messagesAnswer(): Buffer {
  return asLongAsChat((text) => ({
    id: ID,
    type: "message",
    role: "assistant",
    content: [{ type: "text", text }],
    model: servedName(0),
    stop_reason: "end_turn",
    usage: { input_tokens: 42, output_tokens: 16 },
  }));
}

/** The same of OpenAI's Responses, with what its clients need of an answer. */
export function responsesAnswer(): Buffer {
  return asLongAsChat((text) => ({
    id: "resp_0123456789abcdef",
    created_at: CREATED,
    error: null,
    model: servedName(0),
    object: "response",
    output: [
      {
        id: "msg_0123456789abcdef",
        content: [{ annotations: [], text, type: "output_text" }],
        role: "assistant",
        status: "completed",
        type: "message",
      },
    ],
    previous_response_id: null,
    status: "completed",
    usage: { input_tokens: 42, output_tokens: 16, total_tokens: 58 },
  }));
}

/** 1,000 vectors: 5.5 MB. */
export function embeddingsAnswer(): Buffer {
  const data = Array.from({ length: VECTORS }, (_, index) => ({
    index,
    object: "embedding",
    embedding: VECTOR,
  }));
  const usage = { prompt_tokens: 9_000, total_tokens: 9_000, completion_tokens: 0 };
  return json({ id: ID, object: "list", created: CREATED, model: servedName(0), data, usage });
}

/** `/v1/models` of a server that lists this many names. */
export function modelsAnswer(names: number): Buffer {
  const data = Array.from({ length: names }, (_, index) => ({
    id: servedName(index),
    object: "model",
    created: CREATED,
    owned_by: "vllm",
    root: "/models/qwen3-coder-30b",
    parent: null,
    max_model_len: 131_072,
  }));
  return json({ object: "list", data });
}

export const HEALTHY = Buffer.from(`${HEAD}content-length: 0\r\n\r\n`);

export const STREAM_HEAD = `${HEAD}content-type: text/event-stream; charset=utf-8\r\ntransfer-encoding: chunked\r\n\r\n`;

/** One event as one chunk of the body. */
function chunk(data: string): string {
  const text = `data: ${data}\n\n`;
  return `${text.length.toString(16)}\r\n${text}\r\n`;
}

function event(choice: string): string {
  const head = `"id":"${ID}","object":"chat.completion.chunk","created":${CREATED},"model":"${servedName(0)}"`;
  return chunk(`{${head},"choices":[{"index":0,${choice}}]}`);
}

export const ROLE_EVENT = event(
  '"delta":{"role":"assistant","content":""},"logprobs":null,"finish_reason":null',
);

/** One token, which is 16 characters of our choosing. */
export function tokenEvent(token: string): string {
  return TOKEN_PARTS.join(token);
}

const PLACE = "0".repeat(16);
const TOKEN_PARTS = event(`"delta":{"content":"${PLACE}"},"logprobs":null,"finish_reason":null`).split(PLACE);

export const STREAM_END = `${event(
  '"delta":{"content":""},"logprobs":null,"finish_reason":"length","stop_reason":null',
)}${chunk("[DONE]")}0\r\n\r\n`;
