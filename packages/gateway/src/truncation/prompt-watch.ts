import type { Clock } from "@rollcall/contract";
import type { RequestContext } from "../pipeline/request-context.ts";
import { readSpan, type Span } from "../body/json-fields.ts";
import type { Candidate } from "../routing/candidate.ts";
import type { UsageReader } from "../upstream/relay/relay.ts";
import type { BytesPerToken } from "./bytes-per-token.ts";
import { measurePrompt, type PromptText } from "./prompt-text.ts";
import { findPromptTokens } from "./prompt-tokens.ts";
import {
  holds,
  isOver,
  isTold,
  isTooFew,
  NO_TRUNCATION,
  onTooFew,
  onWhole,
  type Truncation,
} from "./truncation.ts";

/** An attempt whose prompt may be cut. */
export interface WatchedAttempt {
  readonly ctx: Pick<RequestContext, "body" | "fields">;
  readonly candidate: Candidate;
  /** For the app. */
  readonly headers: Record<string, string>;
  /** Its prompt was cut, and it is sure enough to be told. */
  promptTruncated(truncation: Truncation): void;
}

/** What all of them share. */
interface Known {
  readonly clock: Pick<Clock, "monotonic">;
  readonly ratios: BytesPerToken;
}

const HEADER = "x-rollcall-warning";
const VALUE = "context_truncated";

/** Larger prompts are not parsed. */
const MOST_PARSED_BYTES = 1024 * 1024;

const OPEN_BRACKET = 0x5b;

/**
 * One request with a prompt that may be too long. Almost all answers say so many tokens that nothing more is looked at. Only
 * where they are too few for the bytes is the prompt's text measured: of a JSON answer then, of streams, whose prompt is gone
 * by the time, only while something speaks against the deployment already.
 */
export class PromptWatch implements UsageReader {
  readonly #attempt: WatchedAttempt;
  readonly #span: Span;
  readonly #known: Known;
  /** Several prompts or inputs: their sum is no sign of a limit, or of none. */
  readonly #isBatch: boolean;
  #text: PromptText | null = null;
  /** vLLM's continuous_usage_stats say the same again with every event. */
  #isRead = false;

  constructor(attempt: WatchedAttempt, span: Span, known: Known) {
    this.#attempt = attempt;
    this.#span = span;
    this.#known = known;
    const { body, fields } = attempt.ctx;
    this.#isBatch = fields.spans.messages === undefined && body.bytes[span.start] === OPEN_BRACKET;
  }

  beforeStream(): void {
    const now = this.#known.clock.monotonic();
    const { truncation } = this.#attempt.candidate.health;
    if (!holds(truncation, now)) return;
    this.#text = this.#measure();
    if (this.#text === null || !isTold(truncation, now)) return;
    if (isOver(this.#text.bytes / this.#text.texts, truncation.tokens, this.#ratio))
      this.#attempt.headers[HEADER] = VALUE;
  }

  read(part: Buffer): void {
    if (this.#isRead) return;
    const tokens = findPromptTokens(part);
    if (tokens === null || tokens === 0) return;
    this.#isRead = true;
    const bytes = this.#span.end - this.#span.start;
    if (!this.#looksTooFew(tokens, bytes)) {
      this.#passWhole(tokens, bytes);
      return;
    }
    const text = this.#text ?? this.#measure();
    if (text === null) this.#suspect(tokens);
    else this.#judge(tokens, text);
  }

  /** By then its head has left. */
  readEnd(): void {}

  readOpening(): void {}

  get #ratio(): number {
    return this.#known.ratios.of(this.#attempt.candidate.deployment.alias);
  }

  #looksTooFew(tokens: number, bytes: number): boolean {
    return this.#isBatch ? isOver(bytes, tokens, this.#ratio) : isTooFew({ tokens, bytes }, this.#ratio);
  }

  #judge(tokens: number, { bytes, texts }: PromptText): void {
    const { candidate, headers } = this.#attempt;
    const { health } = candidate;
    const reading = { tokens: tokens / texts, bytes: bytes / texts };
    if (!isTooFew(reading, this.#ratio)) {
      // What had looked like it without a look at its text was probably no more than this.
      if (health.truncation.seen === 1) health.truncation = NO_TRUNCATION;
      this.#passWhole(tokens, bytes);
      return;
    }
    const now = this.#known.clock.monotonic();
    const before = health.truncation;
    health.truncation = onTooFew(before, reading.tokens, now);
    if (health.truncation === before || !isTold(health.truncation, now)) return;
    headers[HEADER] = VALUE;
    this.#attempt.promptTruncated(health.truncation);
  }

  /** Its text is not at hand: the next one is looked at. */
  #suspect(tokens: number): void {
    const { health } = this.#attempt.candidate;
    const now = this.#known.clock.monotonic();
    if (!holds(health.truncation, now)) health.truncation = onTooFew(health.truncation, tokens, now);
  }

  #passWhole(tokens: number, bytes: number): void {
    const { deployment, health } = this.#attempt.candidate;
    if (bytes > 0) this.#known.ratios.learn(deployment.alias, bytes / tokens);
    if (!this.#isBatch) health.truncation = onWhole(health.truncation, tokens);
  }

  /** Null where the prompt is gone, or so large that parsing it would hold up others. */
  #measure(): PromptText | null {
    const { bytes } = this.#attempt.ctx.body;
    const { start, end } = this.#span;
    if (bytes.length < end || end - start > MOST_PARSED_BYTES) return null;
    const prompt = readSpan(bytes, this.#span);
    return prompt === undefined ? null : measurePrompt(prompt);
  }
}
