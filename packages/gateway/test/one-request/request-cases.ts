import type { IncomingHttpHeaders } from "node:http";
import type { Log } from "@rollcall/runtime";
import { seededConfig, SNAPSHOT } from "./site.ts";
import { headOf, run, scriptedGateway, scriptedRequest, type Attempt } from "../scripted-gateway.ts";

/** What else a script may do while an attempt plays. */
export interface Stage {
  /** Lets time pass. */
  readonly pass: (ms: number) => void;
  /** The app's connection closes. */
  readonly leave: () => void;
}

export type Play = (attempt: Attempt, stage: Stage) => void;

/** One request, what its backends do in turn, and how it is told. */
export interface RequestCase {
  readonly about: string;
  readonly endpoint?: string;
  readonly model?: string;
  readonly stream?: boolean;
  /** Beside the model. */
  readonly body?: object;
  readonly headers?: IncomingHttpHeaders;
  /** One for each attempt; the last one's repeats. */
  readonly plays: readonly Play[];
}

const JSON_TYPE = { "content-type": "application/json" };
const EVENTS = { "content-type": "text/event-stream" };

const bytes = (value: object | string) =>
  Buffer.from(typeof value === "string" ? value : JSON.stringify(value));
const event = (value: object | string) =>
  Buffer.from(`data: ${typeof value === "string" ? value : JSON.stringify(value)}\n\n`);

/** So long every backend takes for its first byte. */
export const FIRST_BYTE_MS = 30;

export function answers(
  status: number,
  body: object | string,
  headers: Readonly<Record<string, string>> = JSON_TYPE,
): Play {
  return ({ sink }, { pass }) => {
    pass(FIRST_BYTE_MS);
    sink.head(headOf(status, headers));
    sink.data(bytes(body));
    sink.end();
  };
}

export function streams(...events: readonly (object | string)[]): Play {
  return ({ sink }, { pass }) => {
    pass(FIRST_BYTE_MS);
    sink.head(headOf(200, EVENTS));
    for (const one of events) sink.data(event(one));
    sink.end();
  };
}

export const resets: Play = ({ sink }) => sink.fail({ code: "ECONNRESET", unsent: false });

export const cuts: Play = ({ sink }, { pass }) => {
  pass(FIRST_BYTE_MS);
  sink.head(headOf(200, EVENTS));
  sink.data(event(delta("half of")));
  pass(70);
  sink.fail({ code: "ECONNRESET", unsent: false });
};

export const isLeft: Play = ({ sink }, { pass, leave }) => {
  pass(FIRST_BYTE_MS);
  sink.head(headOf(200, EVENTS));
  sink.data(event(delta("half of")));
  leave();
};

export const isLeftBefore: Play = (_attempt, { pass, leave }) => {
  pass(5);
  leave();
};

export function delta(content: string): object {
  return { choices: [{ index: 0, delta: { content }, finish_reason: null }] };
}

const finish = { choices: [{ index: 0, delta: {}, finish_reason: "stop" }] };
export const USAGE = { prompt_tokens: 12, completion_tokens: 5, total_tokens: 17 };
const usage = { choices: [], usage: USAGE };

export const whole = answers(200, { choices: [{ message: { content: "secret-answer" } }], usage: USAGE });
export const stream = streams(delta("secret-answer"), finish, usage, "[DONE]");

const TEXT = { type: "text", text: "secret-answer" };

/** Every shape of an endpoint, answered. */
export const SHAPES: readonly RequestCase[] = [
  { about: "a chat", plays: [whole] },
  { about: "a chat as a stream", stream: true, plays: [stream] },
  {
    about: "a completion",
    endpoint: "completions",
    plays: [answers(200, { choices: [{ text: "x" }], usage: USAGE })],
  },
  {
    about: "embeddings",
    endpoint: "embeddings",
    plays: [answers(200, { data: [], usage: { prompt_tokens: 12, total_tokens: 12 } })],
  },
  { about: "a rerank", endpoint: "rerank", plays: [answers(200, { results: [] })] },
  {
    about: "a response",
    endpoint: "responses",
    plays: [answers(200, { id: "resp_1", output: [], usage: { input_tokens: 12, output_tokens: 5 } })],
  },
  {
    about: "a message",
    endpoint: "messages",
    plays: [
      answers(200, {
        type: "message",
        stop_reason: "end_turn",
        content: [TEXT],
        usage: { input_tokens: 12, output_tokens: 5 },
      }),
    ],
  },
  {
    about: "speech",
    endpoint: "audio_speech",
    plays: [answers(200, "secret-answer", { "content-type": "audio/mpeg" })],
  },
];

/** Every way in which a request ends otherwise. */
export const ENDINGS: readonly RequestCase[] = [
  { about: "cut", stream: true, plays: [cuts] },
  { about: "left by its app", stream: true, plays: [isLeft] },
  { about: "left before its first byte", stream: true, plays: [isLeftBefore] },
  { about: "retried", plays: [resets, whole] },
  { about: "fallen back", plays: [resets, resets, resets, whole] },
  { about: "failed", model: "lone", body: { num_retries: 0 }, plays: [resets] },
  { about: "refused by its backend", plays: [answers(400, { error: { message: "secret-answer" } })] },
  { about: "with nobody ready", model: "away", plays: [] },
  { about: "for a model that there is not", model: "nowhere", plays: [] },
];

/** Plays one request to its end; resolves with its context and the gateway. */
export async function playRequest(
  { endpoint = "chat_completions", model = "chat", stream: isStream = false, ...one }: RequestCase,
  { log, accessLog, settings = {} }: { log?: Log; accessLog?: Log; settings?: object } = {},
) {
  let turn = 0;
  const request = scriptedRequest(
    "r-1",
    { model, stream: isStream, messages: [{ role: "user", content: "secret-prompt" }], ...one.body },
    { "content-type": "application/json", authorization: "Bearer sk-master", ...one.headers },
  );
  const scripted = scriptedGateway(seededConfig(settings), SNAPSHOT, {
    ...(log !== undefined && { log }),
    ...(accessLog !== undefined && { accessLog }),
    play: (attempt) => {
      const play = one.plays[turn] ?? one.plays.at(-1);
      turn += 1;
      play?.(attempt, {
        pass: (ms) => scripted.clock.jump(ms),
        leave: () => request.outgoing.emit("close"),
      });
    },
  });
  const ctx = await run(scripted.gateway, request, endpoint);
  return { ctx, ...scripted };
}
