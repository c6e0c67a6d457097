import type { ServerResponse } from "node:http";
import type { CutCause, GatewayError } from "../../errors/gateway-error.ts";
import type { BodyTransform, Transform } from "../transform/transform.ts";
import type { AttemptOutcome } from "../attempt-outcome.ts";
import { UpstreamError } from "../upstream-error.ts";
import type { AnswerMarks } from "./answer-marks.ts";
import type { UsageStrip } from "./usage-strip.ts";

/**
 * What became of a piece: relayed; relayed, and no sign of life; relayed to an app that reads slower than the backend writes;
 * it was the answer's last; or it ends the attempt.
 */
export type RelayResult = "flow" | "silence" | "pause" | "done" | UpstreamError;

/** What a text says that may be an error in place of an answer; null where it is none. */
export type ReadError = (text: string) => UpstreamError | null;

/** An answer that has begun and is not whole, however it ended: who has sent some of it is not down. */
export function endedEarly(): UpstreamError {
  return new UpstreamError("server_error", { words: "The answer ended before it was whole.", isCut: true });
}

/** How an answer of one kind goes to the app. What it has not sent yet can still come from another deployment. */
export interface Relay {
  /** True once the app has had a byte: from then on nothing may be tried again. */
  readonly committed: boolean;
  data(chunk: Buffer): RelayResult;
  /** Calls once the app has read what was held up. */
  onceDrained(listener: () => void): void;
  /** The backend's answer ended as it should; the error says where it did not. */
  end(): UpstreamError | null;
  /** It was cut off after the first byte: says so, and invents no ending. */
  cut(cause: CutCause): void;
}

/** Reads what an answer says it has used. */
export interface UsageReader {
  /** The head of a stream is about to leave. */
  beforeStream(): void;
  /** A whole answer, before its head leaves; or a part of a stream that may say it. */
  read(part: Buffer): void;
  /** The events that open a stream, where they say what was read. */
  readOpening(part: Buffer): void;
  /** The end of an answer that was too long to be held back. */
  readEnd(part: Buffer): void;
}

/** The app's side of an answer. */
export interface Downstream {
  readonly outgoing: ServerResponse;
  /** The backend's, once it is known. */
  status: number;
  /** Ours, and then what a backend may say. */
  readonly headers: Record<string, string>;
  /** The name that the app asked for. */
  readonly alias: string;
  /** What tells whether the answer is whole. */
  readonly marks: AnswerMarks;
  /** Who wants to know what was used. */
  readonly usage: UsageReader | null;
  /** What takes usage out of the stream again, where only the gateway has asked for it. */
  readonly strip: UsageStrip | null;
  /** Where the times between the pieces of a stream are recorded, in seconds; null before its first byte. */
  readonly gaps: { record(seconds: number): void } | null;
  /** What the bytes of whole events go through, in this order. */
  eventTransforms(): readonly Transform[];
  /** What the bytes of an answer that is no stream of events go through, in this order. */
  bodyTransforms(): readonly BodyTransform[];
  /** How a stream of events says, as its last one, that it was cut. */
  cutEvent(failure: GatewayError): string;
  /** The first byte is on its way. */
  firstByte(): void;
  /** The attempt has ended. Called exactly once; never throws. `heardAt`: when the backend's last byte came; -Infinity: none did. */
  ended(outcome: AttemptOutcome, heardAt: number): void;
}
