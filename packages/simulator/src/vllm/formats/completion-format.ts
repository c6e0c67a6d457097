import { tokenize } from "../prompt.ts";
import { usage, usageWanted } from "../usage.ts";
import {
  type AnswerFormat,
  type Choice,
  madeOf,
  type StreamEvent,
  type StreamFormat,
  type Subject,
  textOf,
} from "./answer-format.ts";
import { completionLogprobs, completionLogprobsWanted, promptLogprobs } from "./completion-logprobs.ts";

/** vLLM's /v1/completions. */
export const COMPLETION_FORMAT: AnswerFormat = { idPrefix: "cmpl", whole, stream, done: true };

function whole(subject: Subject, choices: readonly Choice[]): object {
  const { id, created, model, fingerprint, prompt, body } = subject;
  const wanted = completionLogprobsWanted(body);
  const echoed = body["echo"] === true ? tokenize(prompt.text) : [];
  return {
    id,
    object: "text_completion",
    created,
    model,
    choices: choices.map(({ index, tokens, reason }) => {
      const all = [...echoed, ...tokens];
      return {
        index,
        text: textOf({ tokens: all }),
        logprobs: completionLogprobs(all, { wanted, echoed: echoed.length > 0 }),
        finish_reason: reason,
        stop_reason: null,
        token_ids: null,
        prompt_logprobs: echoed.length > 0 && wanted !== undefined ? promptLogprobs(echoed, wanted) : null,
        prompt_token_ids: null,
        routed_experts: null,
      };
    }),
    service_tier: null,
    system_fingerprint: fingerprint,
    usage: {
      ...usage(prompt.tokens, madeOf(choices)),
      prompt_tokens_details: null,
      completion_tokens_details: null,
    },
    kv_transfer_params: null,
    ec_transfer_params: null,
    metrics: null,
  };
}

function stream(subject: Subject): StreamFormat {
  const { id, created, model, fingerprint, prompt, body } = subject;
  const wanted = usageWanted(body);
  const logprobs = completionLogprobsWanted(body);
  const echo = body["echo"] === true ? prompt.text : "";
  const head = { id, object: "text_completion", created, model };
  const chunk = (choice: object, made: number, extra: object = {}): StreamEvent => ({
    data: {
      ...head,
      choices: [choice],
      ...(wanted.always && { usage: { ...usage(prompt.tokens, made), completion_tokens_details: null } }),
      ...extra,
    },
  });
  const choiceOf = (index: number, tokens: readonly string[], reason: string | null): object => ({
    index,
    text: textOf({ tokens }),
    logprobs: tokens.length === 0 ? null : completionLogprobs(tokens, { wanted: logprobs }),
    finish_reason: reason,
    stop_reason: null,
    prompt_token_ids: null,
    token_ids: null,
  });
  return {
    opening: () => [],
    token: ({ choice, index, text }) => {
      return [chunk(choiceOf(choice, [index === 0 ? echo + text : text], null), index + 1)];
    },
    ending: ({ choice, reason, made, last }) => [
      chunk(
        choiceOf(choice, last === undefined ? [] : [last.index === 0 ? echo + last.text : last.text], reason),
        made,
        wanted.atEnd ? {} : { system_fingerprint: fingerprint },
      ),
    ],
    closing: (made) => {
      const total = { ...head, choices: [], usage: usage(prompt.tokens, made) };
      return wanted.atEnd ? [{ data: { ...total, system_fingerprint: fingerprint } }] : [];
    },
  };
}
