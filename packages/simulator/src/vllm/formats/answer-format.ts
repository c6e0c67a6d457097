import type { FinishReason } from "../engine.ts";

/** What every part of one answer says about it. */
export interface Subject {
  readonly id: string;
  /** Whole seconds. */
  readonly created: number;
  readonly model: string;
  readonly fingerprint: string;
  readonly prompt: { readonly text: string; readonly tokens: number };
  /** How many choices were asked for. */
  readonly n: number;
  /** The function that every choice calls instead of saying something. */
  readonly tool?: ToolCall;
  /** What the client asked for. */
  readonly body: Readonly<Record<string, unknown>>;
  /** A new random part of an id, in the style of the kind. */
  newId(): string;
}

export interface ToolCall {
  readonly id: string;
  readonly name: string;
}

/** One token of one choice. With a tool the first one is its name, and the text of the others its arguments. */
export interface Token {
  readonly choice: number;
  /** From 0, within its choice. */
  readonly index: number;
  readonly text: string;
}

/** The end of one choice. `last` comes with it where the length was reached, and on its own where it stopped. */
export interface Ending {
  readonly choice: number;
  readonly reason: FinishReason;
  /** Tokens of this choice. */
  readonly made: number;
  readonly last?: Token;
}

/** A choice that is complete. */
export interface Choice {
  readonly index: number;
  readonly tokens: readonly string[];
  readonly reason: FinishReason;
}

/** One server-sent event: its `event` line, where the protocol has one, and its data. */
export interface StreamEvent {
  readonly event?: string;
  readonly data: object;
}

export interface StreamFormat {
  /** Before the first token. */
  opening(): readonly StreamEvent[];
  token(token: Token): readonly StreamEvent[];
  ending(ending: Ending): readonly StreamEvent[];
  /** After the last choice; `made` = tokens of all of them. */
  closing(made: number): readonly StreamEvent[];
}

/** How one endpoint of one kind of server writes what the engine made. */
export interface AnswerFormat {
  /** "chatcmpl", "cmpl", … before the id. */
  readonly idPrefix: string;
  whole(subject: Subject, choices: readonly Choice[]): object;
  stream(subject: Subject): StreamFormat;
  /** Whether a stream ends with `data: [DONE]`. */
  readonly done: boolean;
  /** Whether an answer may be a call of one of the request's tools. */
  readonly callsTools?: true;
}

export function textOf({ tokens }: Pick<Choice, "tokens">): string {
  return tokens.join("");
}

export function madeOf(choices: readonly Choice[]): number {
  return choices.reduce((sum, { tokens }) => sum + tokens.length, 0);
}
