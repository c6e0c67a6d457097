import type { Settings } from "../settings.ts";
import type { Answer } from "./answer.ts";
import type { VllmError } from "./error-body.ts";

/** How one kind of server writes what all kinds have to say. */
export interface Dialect {
  /** What every answer carries besides the date. */
  readonly headers: Readonly<Record<string, string>>;
  /** cpp-httplib sends no date; all others do. */
  readonly dated: boolean;
  /** The content type of JSON, with or without a charset. */
  readonly jsonType: string;
  /** Cuts a prompt that is too long without a word, instead of refusing it. */
  readonly truncates: boolean;
  /** The refusal of a full queue, where there is one. */
  readonly overload?: VllmError;
  /** The refusal of a sleeping engine; without one requests wait until it is woken up. */
  readonly asleep?: VllmError;
  /** A served name as /v1/models lists it. */
  listed(name: string): string;
  /** What a name that is not served leads to: the `model` that the answer echoes, or an error. */
  unknownModel(asked: string, names: readonly string[]): string | VllmError;
  error(error: VllmError, settings: Settings): Answer;
  /** The data of an SSE event. */
  errorEvent(error: VllmError, settings: Settings): object;
}

/** What most servers do; each kind says what it does otherwise. */
export const PLAIN = {
  headers: {},
  dated: true,
  jsonType: "application/json",
  truncates: false,
  listed: (name: string): string => name,
  /** No name is looked at, and the one asked for is echoed. */
  unknownModel: (asked: string): string => asked,
} as const satisfies Partial<Dialect>;

/** uvicorn's servers name it. */
export const UVICORN = { ...PLAIN, headers: { server: "uvicorn" } } as const;
