import { hex16From, type Random } from "../random.ts";
import type { Settings } from "../settings.ts";
import type { Answer } from "./answer.ts";
import type { VllmError } from "./error-body.ts";
import type { AnswerFormat } from "./formats/answer-format.ts";
import { CHAT_FORMAT } from "./formats/chat-format.ts";
import { COMPLETION_FORMAT } from "./formats/completion-format.ts";
import { vllmFingerprint } from "./fingerprint.ts";
import { PLAIN_RULES } from "./plain-rules.ts";
import type { RequestRules } from "./request-rules.ts";

/** How one kind of server writes what all kinds have to say. */
export interface Dialect {
  /** What every answer begins with, after the date. */
  readonly headers: Readonly<Record<string, string>>;
  /** What the head of every answer of a route ends with. */
  trailing(status: number): Record<string, string>;
  /** What a stream says of itself. */
  readonly streamHeaders: Readonly<Record<string, string>>;
  /** cpp-httplib sends no date; all others do. */
  readonly dated: boolean;
  /** The content type of JSON, with or without a charset. */
  readonly jsonType: string;
  /** Whether the type stands before the length. */
  readonly typeFirst: boolean;
  /** Cuts a prompt that is too long without a word, instead of refusing it. */
  readonly truncates: boolean;
  /** Whether the token that reaches the length comes in one event with the finish reason. */
  readonly finishesWithToken: boolean;
  /** The refusal of a full queue, where there is one. */
  readonly overload?: VllmError;
  /** The refusal of a sleeping engine; without one requests wait until it is woken up. */
  readonly asleep?: VllmError;
  readonly chat: AnswerFormat;
  readonly completion: AnswerFormat;
  /** The random part of an id. */
  newId(random: Random): string;
  fingerprint(settings: Settings): string;
  rules(settings: Settings): RequestRules;
  /** A served name as /v1/models lists it. */
  listed(name: string): string;
  /** What a name that is not served leads to: the `model` that the answer echoes, or an error. */
  unknownModel(asked: string, names: readonly string[]): string | VllmError;
  error(error: VllmError, settings: Settings): Answer;
  /** The data of an SSE event. */
  errorEvent(error: VllmError, settings: Settings): object;
  /** Prints that data. */
  errorJson(event: object): string;
}

/** What most servers do; each kind says what it does otherwise. */
export const PLAIN = {
  headers: {},
  trailing: (): Record<string, string> => ({}),
  streamHeaders: { "content-type": "text/event-stream; charset=utf-8" },
  dated: true,
  jsonType: "application/json",
  typeFirst: false,
  truncates: false,
  finishesWithToken: true,
  chat: CHAT_FORMAT,
  completion: COMPLETION_FORMAT,
  newId: hex16From,
  fingerprint: vllmFingerprint,
  rules: () => PLAIN_RULES,
  listed: (name: string): string => name,
  /** No name is looked at, and the one asked for is echoed. */
  unknownModel: (asked: string): string => asked,
  errorJson: (event: object): string => JSON.stringify(event),
} as const satisfies Partial<Dialect>;

/** uvicorn's servers name it. */
export const UVICORN = { ...PLAIN, headers: { server: "uvicorn" } } as const;
