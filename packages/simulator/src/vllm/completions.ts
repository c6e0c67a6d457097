import { answerId, createdNow, fingerprint } from "./answer-head.ts";
import type { Call } from "./call.ts";
import type { FinishReason } from "./engine.ts";
import { enterEngine } from "./enter-engine.ts";
import { type Events, streamGeneration } from "./event-stream.ts";
import { generate } from "./generation.ts";
import { type InferenceRequest, readInference } from "./inference-request.ts";
import { usage, usageWanted } from "./usage.ts";
import { sendWhole, type Whole } from "./whole-answer.ts";

/** POST /v1/completions */
export async function completions(call: Call): Promise<void> {
  const request = await readInference(call, "prompt");
  const run = request && (await enterEngine(call));
  if (request === undefined || run === undefined) return;
  const generation = generate(call, request, run);
  if (request.body["stream"] === true)
    await streamGeneration(call, generation, completionEvents(call, request));
  else await sendWhole(call, generation, (whole) => completionBody(call, request, whole));
}

function completionBody(
  call: Call,
  { model, prompt }: InferenceRequest,
  { text, made, reason }: Whole,
): object {
  return {
    id: answerId(call, "cmpl"),
    object: "text_completion",
    created: createdNow(call),
    model,
    choices: [{ ...choice(text, reason), prompt_logprobs: null }],
    service_tier: null,
    system_fingerprint: fingerprint(call.backend.settings),
    usage: { ...usage(prompt.tokens, made), prompt_tokens_details: null },
    kv_transfer_params: null,
  };
}

function completionEvents(call: Call, { model, prompt, body }: InferenceRequest): Events {
  const wanted = usageWanted(body);
  const head = { id: answerId(call, "cmpl"), object: "text_completion", created: createdNow(call), model };
  // Unlike a chat's, these chunks carry a null usage when none is wanted.
  const chunk = (text: string, made: number, reason: FinishReason | null): string =>
    JSON.stringify({
      ...head,
      choices: [choice(text, reason)],
      usage: wanted.always ? usage(prompt.tokens, made) : null,
    });
  return {
    opening: [],
    token: (text, made) => chunk(text, made, null),
    ending: (reason, made) => {
      const last = chunk("", made, reason);
      const total = JSON.stringify({ ...head, choices: [], usage: usage(prompt.tokens, made) });
      return wanted.atEnd ? [last, total] : [last];
    },
  };
}

function choice(text: string, finish_reason: FinishReason | null): object {
  return { index: 0, text, logprobs: null, finish_reason, stop_reason: null };
}
