import { answerId, createdNow, fingerprint } from "./answer-head.ts";
import type { Call } from "./call.ts";
import { enterEngine } from "./enter-engine.ts";
import { type Events, streamGeneration } from "./event-stream.ts";
import { generate } from "./generation.ts";
import { type InferenceRequest, readInference } from "./inference-request.ts";
import { usage, usageWanted } from "./usage.ts";
import { sendWhole, type Whole } from "./whole-answer.ts";

/** POST /v1/chat/completions */
export async function chatCompletions(call: Call): Promise<void> {
  const request = await readInference(call, "messages");
  const run = request && (await enterEngine(call));
  if (request === undefined || run === undefined) return;
  const generation = generate(call, request, run);
  if (request.body["stream"] === true) await streamGeneration(call, generation, chatEvents(call, request));
  else await sendWhole(call, generation, (whole) => chatBody(call, request, whole));
}

function chatBody(call: Call, { model, prompt }: InferenceRequest, { text, made, reason }: Whole): object {
  const message = {
    role: "assistant",
    content: text,
    refusal: null,
    annotations: null,
    audio: null,
    function_call: null,
    reasoning: null,
  };
  const ending = { logprobs: null, finish_reason: reason, stop_reason: null, token_ids: null };
  return {
    id: answerId(call, "chatcmpl"),
    object: "chat.completion",
    created: createdNow(call),
    model,
    choices: [{ index: 0, message, ...ending }],
    service_tier: null,
    system_fingerprint: fingerprint(call.backend.settings),
    usage: { ...usage(prompt.tokens, made), prompt_tokens_details: null },
    prompt_logprobs: null,
    prompt_token_ids: null,
    kv_transfer_params: null,
  };
}

function chatEvents(call: Call, { model, prompt, body }: InferenceRequest): Events {
  const wanted = usageWanted(body);
  const head = {
    id: answerId(call, "chatcmpl"),
    object: "chat.completion.chunk",
    created: createdNow(call),
    model,
  };
  const system_fingerprint = fingerprint(call.backend.settings);
  const chunk = (choice: object, made: number, extra: object = {}): string =>
    JSON.stringify({
      ...head,
      choices: [{ index: 0, ...choice }],
      ...(wanted.always && { usage: usage(prompt.tokens, made) }),
      ...extra,
    });
  const unfinished = { logprobs: null, finish_reason: null };
  return {
    opening: [chunk({ delta: { role: "assistant", content: "" }, ...unfinished }, 0)],
    token: (text, made) => chunk({ delta: { content: text }, ...unfinished }, made),
    ending: (reason, made) => {
      const finished = { delta: { content: "" }, logprobs: null, finish_reason: reason, stop_reason: null };
      const last = chunk(finished, made, { system_fingerprint });
      const total = JSON.stringify({ ...head, choices: [], usage: usage(prompt.tokens, made) });
      return wanted.atEnd ? [last, total] : [last];
    },
  };
}
