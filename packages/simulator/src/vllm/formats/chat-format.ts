import { usage, usageWanted } from "../usage.ts";
import {
  type AnswerFormat,
  type Choice,
  madeOf,
  type StreamEvent,
  type StreamFormat,
  type Subject,
  textOf,
  type Token,
  type ToolCall,
} from "./answer-format.ts";
import { chatLogprobs, chatLogprobsWanted } from "./chat-logprobs.ts";

/** vLLM's /v1/chat/completions. */
export const CHAT_FORMAT: AnswerFormat = {
  idPrefix: "chatcmpl",
  whole,
  stream,
  done: true,
  callsTools: true,
};

function whole(subject: Subject, choices: readonly Choice[]): object {
  const { id, created, model, fingerprint, prompt, tool, body } = subject;
  const wanted = chatLogprobsWanted(body);
  return {
    id,
    object: "chat.completion",
    created,
    model,
    choices: choices.map(({ index, tokens, reason }) => ({
      index,
      message: message(tokens, tool, body),
      logprobs: chatLogprobs(tokens, wanted),
      finish_reason: finishReason(reason, tool, body),
      stop_reason: null,
      token_ids: null,
      routed_experts: null,
    })),
    service_tier: null,
    system_fingerprint: fingerprint,
    usage: {
      ...usage(prompt.tokens, madeOf(choices)),
      prompt_tokens_details: null,
      completion_tokens_details: null,
    },
    prompt_logprobs: null,
    prompt_token_ids: null,
    prompt_text: null,
    kv_transfer_params: null,
    ec_transfer_params: null,
    metrics: null,
  };
}

/** Only a message that calls a tool has the field for it. */
function message(tokens: readonly string[], tool: ToolCall | undefined, body: Subject["body"]): object {
  const calls = tool !== undefined && tokens.length > 0;
  const fn = { name: tool?.name, arguments: textOf({ tokens: tokens.slice(1) }) };
  return {
    role: "assistant",
    content: calls ? (isForced(body) ? "" : null) : textOf({ tokens }),
    refusal: null,
    annotations: null,
    audio: null,
    function_call: null,
    ...(calls && { tool_calls: [{ id: tool.id, type: "function", function: fn }] }),
    reasoning: null,
  };
}

function isForced({ tool_choice: choice }: Subject["body"]): boolean {
  return choice === "required" || isNamed(choice);
}

function isNamed(choice: unknown): boolean {
  return typeof choice === "object" && choice !== null;
}

/** A call of the function that the request names is only what was asked for: it ends as text does. */
function finishReason(reason: string, tool: ToolCall | undefined, body: Subject["body"]): string {
  return tool !== undefined && reason === "stop" && !isNamed(body["tool_choice"]) ? "tool_calls" : reason;
}

function stream(subject: Subject): StreamFormat {
  const { id, created, model, fingerprint, prompt, tool, body, n } = subject;
  const wanted = usageWanted(body);
  const logprobs = chatLogprobsWanted(body);
  const head = { id, object: "chat.completion.chunk", created, model };
  const chunk = (choice: object, made: number, extra: object = {}): StreamEvent => ({
    data: {
      ...head,
      choices: [choice],
      ...(wanted.always && { usage: { ...usage(prompt.tokens, made), completion_tokens_details: null } }),
      ...extra,
    },
  });
  return {
    opening: () =>
      Array.from({ length: n }, (_, index) => {
        const role = { role: "assistant", content: "" };
        const choice = { index, delta: role, logprobs: null, finish_reason: null };
        return chunk(choice, 0, { prompt_token_ids: null, prompt_text: null });
      }),
    token: (token) => [
      chunk(
        {
          index: token.choice,
          delta: delta(token, tool),
          logprobs: chatLogprobs([token.text], logprobs),
          finish_reason: null,
          token_ids: null,
        },
        token.index + 1,
      ),
    ],
    ending: ({ choice, reason, made, last }) => [
      chunk(
        {
          index: choice,
          // An aborted one, and one whose call has been told, have nothing to say at all.
          delta: last === undefined ? (reason === "abort" || tool ? {} : { content: "" }) : delta(last, tool),
          logprobs: last === undefined ? null : chatLogprobs([last.text], logprobs),
          finish_reason: finishReason(reason, tool, body),
          stop_reason: null,
          token_ids: null,
        },
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

/** The name of a tool comes first, then its arguments in pieces. */
function delta({ index, text }: Token, tool: ToolCall | undefined): object {
  if (tool === undefined) return { content: text };
  const named = { id: tool.id, type: "function", index: 0, function: { name: tool.name } };
  return { content: null, tool_calls: [index === 0 ? named : { index: 0, function: { arguments: text } }] };
}
