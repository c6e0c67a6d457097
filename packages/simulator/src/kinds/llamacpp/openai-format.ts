import {
  type AnswerFormat,
  type Choice,
  madeOf,
  type StreamEvent,
  type StreamFormat,
  type Subject,
  textOf,
  type Token,
} from "../../vllm/formats/answer-format.ts";
import { chatLogprobs, chatLogprobsWanted } from "../../vllm/formats/chat-logprobs.ts";
import { usageWanted } from "../../vllm/usage.ts";
import { timings, usage } from "./facts.ts";

/** What differs between a chat and a completion. */
interface Shape {
  readonly object: string;
  readonly chunkObject: string;
  whole(subject: Subject, choice: Choice): object;
  opening(index: number): object | undefined;
  token(subject: Subject, token: Token): object;
  ending(subject: Subject, choice: number): object;
}

const CHAT: Shape = {
  object: "chat.completion",
  chunkObject: "chat.completion.chunk",
  whole: (subject, { index, tokens }) => ({
    index,
    message: message(subject, tokens),
    ...logprobs(subject, tokens),
  }),
  opening: (index) => ({ index, delta: { role: "assistant", content: null } }),
  token: (subject, { choice, index, text }) => {
    const { tool } = subject;
    if (tool === undefined) return { index: choice, delta: { content: text }, ...logprobs(subject, [text]) };
    const fn = index === 0 ? { name: tool.name, arguments: "" } : { arguments: text };
    const head = index === 0 && { id: tool.id, type: "function" };
    return { index: choice, delta: { tool_calls: [{ index: 0, ...head, function: fn }] } };
  },
  ending: (_subject, index) => ({ index, delta: {} }),
};

const COMPLETION: Shape = {
  object: "text_completion",
  chunkObject: "text_completion",
  whole: (_subject, { index, tokens }) => ({ text: textOf({ tokens }), index, logprobs: null }),
  opening: () => undefined,
  token: (_subject, { choice, text }) => ({ text, index: choice, logprobs: null }),
  ending: (_subject, index) => ({ text: "", index, logprobs: null }),
};

export const LLAMACPP_CHAT: AnswerFormat = { ...format(CHAT), callsTools: true };
export const LLAMACPP_COMPLETION = format(COMPLETION);

function format(shape: Shape): AnswerFormat {
  return {
    idPrefix: "chatcmpl",
    whole: (subject, choices) => whole(shape, subject, choices),
    stream: (subject) => stream(shape, subject),
    done: true,
  };
}

function whole(shape: Shape, subject: Subject, choices: readonly Choice[]): object {
  const { id, created, model, fingerprint, prompt } = subject;
  const made = madeOf(choices);
  return {
    choices: choices.map((choice) => ({
      finish_reason: finishReason(subject, choice.reason),
      ...shape.whole(subject, choice),
    })),
    created,
    model,
    system_fingerprint: fingerprint,
    object: shape.object,
    usage: usage(prompt.tokens, made),
    id,
    timings: timings(prompt.tokens, made),
  };
}

function message({ tool }: Subject, tokens: readonly string[]): object {
  if (tool === undefined || tokens.length === 0) return { role: "assistant", content: textOf({ tokens }) };
  const fn = { name: tool.name, arguments: textOf({ tokens: tokens.slice(1) }) };
  return { role: "assistant", content: null, tool_calls: [{ type: "function", function: fn, id: tool.id }] };
}

function logprobs({ body }: Subject, tokens: readonly string[]): object {
  const wanted = chatLogprobsWanted(body);
  return wanted === undefined ? {} : { logprobs: chatLogprobs(tokens, wanted) };
}

function finishReason({ tool }: Subject, reason: string): string {
  return tool !== undefined && reason === "stop" ? "tool_calls" : reason;
}

function stream(shape: Shape, subject: Subject): StreamFormat {
  const { id, created, model, fingerprint, prompt, n, body } = subject;
  const wanted = usageWanted(body);
  const chunk = (choices: readonly object[], extra: object = {}): StreamEvent => ({
    data: {
      choices,
      created,
      id,
      model,
      system_fingerprint: fingerprint,
      object: shape.chunkObject,
      ...extra,
    },
  });
  return {
    opening: () => {
      const choices = Array.from({ length: n }, (_, index) => shape.opening(index));
      return choices.flatMap((choice) =>
        choice === undefined ? [] : [chunk([{ finish_reason: null, ...choice }])],
      );
    },
    token: (token) => [chunk([{ finish_reason: null, ...shape.token(subject, token) }])],
    ending: ({ choice, reason, made }) => {
      const last = { finish_reason: finishReason(subject, reason), ...shape.ending(subject, choice) };
      return [chunk([last], wanted.atEnd ? {} : { timings: timings(prompt.tokens, made) })];
    },
    closing: (made) => {
      if (!wanted.atEnd) return [];
      return [chunk([], { usage: usage(prompt.tokens, made), timings: timings(prompt.tokens, made) })];
    },
  };
}
