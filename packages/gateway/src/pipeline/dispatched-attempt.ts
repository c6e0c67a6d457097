import type { ServerResponse } from "node:http";
import type { EventTransform } from "../endpoints/answer-transform.ts";
import { ANSWER_TRANSFORMS } from "../endpoints/answer-transforms.ts";
import { marksOf } from "../endpoints/answer-marks.ts";
import { namePlacesOf } from "../endpoints/name-places.ts";
import type { GatewayError } from "../errors/gateway-error.ts";
import { renderErrorEvent } from "../errors/render.ts";
import { saysUsage } from "../endpoints/usage-request.ts";
import { UsageMeter } from "../observe/usage-meter.ts";
import { UsageStrip } from "../upstream/relay/usage-strip.ts";
import type { Edit } from "../body/edits.ts";
import type { Series } from "../observe/series.ts";
import type { AttemptEnd, AttemptFacts } from "../observe/observer.ts";
import type { Candidate } from "../routing/candidate.ts";
import type { RoutingState } from "../routing-state.ts";
import type { AnswerMarks } from "../upstream/relay/answer-marks.ts";
import type { Downstream, UsageReader } from "../upstream/relay/relay.ts";
import { BodyNameRewriter } from "../upstream/transform/body-name-rewriter.ts";
import { EventNameRewriter } from "../upstream/transform/event-name-rewriter.ts";
import type { BodyTransform, Transform } from "../upstream/transform/transform.ts";
import type { Truncation } from "../truncation/truncation.ts";
import type { TruncationWatch } from "../truncation/truncation-watch.ts";
import type { AttemptOutcome } from "../upstream/attempt-outcome.ts";
import type { RequestContext } from "./request-context.ts";

/** Called once, when the attempt has ended. */
export type OnAttemptEnd = (ctx: RequestContext, end: AttemptEnd, candidate: Candidate) => void;

/** Whoever sent the attempt. */
export interface AttemptOwner {
  firstByte(attempt: DispatchedAttempt): void;
  promptTruncated(attempt: DispatchedAttempt, truncation: Truncation): void;
  /** `heardAt`: monotonic milliseconds, -Infinity where no byte came. */
  ended(attempt: DispatchedAttempt, outcome: AttemptOutcome, heardAt: number): void;
}

export interface DispatchedOptions {
  /** Ours; the backend's are added once they are known. */
  readonly headers: Record<string, string>;
  /** What the attempt was sent by. */
  readonly state: RoutingState;
  /** What asks the backend for usage that the app did not ask for. */
  readonly usageEdits: readonly Edit[];
  readonly onEnd: OnAttemptEnd;
  readonly owner: AttemptOwner;
  readonly truncations: TruncationWatch;
}

/** An attempt between its request and the app: what observers see of it, and where its answer goes. */
export class DispatchedAttempt implements AttemptFacts, Downstream {
  readonly ctx: RequestContext;
  readonly candidate: Candidate;
  readonly number: number;
  readonly sentAt: number;
  readonly state: RoutingState;
  readonly onEnd: OnAttemptEnd;
  readonly outgoing: ServerResponse;
  readonly headers: Record<string, string>;
  readonly alias: string;
  readonly marks: AnswerMarks;
  readonly usage: UsageReader | null;
  readonly strip: UsageStrip | null;
  readonly #owner: AttemptOwner;
  #own: EventTransform | null = null;
  gaps: Series | null = null;
  status = 200;

  constructor(
    { ctx, candidate, number, sentAt }: Omit<AttemptFacts, "gaps">,
    { headers, state, usageEdits, onEnd, owner, truncations }: DispatchedOptions,
  ) {
    this.ctx = ctx;
    this.candidate = candidate;
    this.number = number;
    this.sentAt = sentAt;
    this.state = state;
    this.onEnd = onEnd;
    this.outgoing = ctx.outgoing;
    this.headers = headers;
    this.alias = ctx.fields.model;
    this.marks = marksOf(ctx.endpoint);
    this.#owner = owner;
    const watch = truncations.open(this);
    const isMetered = state.config.metrics.tokens && saysUsage(ctx.endpoint);
    this.usage = isMetered ? new UsageMeter(ctx, watch) : watch;
    this.strip = usageEdits.length === 0 ? null : new UsageStrip();
  }

  /** In the order of the bytes: backend → the endpoint's own → name. Where no name is repeated there is nothing to rewrite. */
  eventTransforms(): readonly Transform[] {
    const { endpoint } = this.ctx;
    const { events } = namePlacesOf(endpoint);
    const name = events.marks.length === 0 ? [] : [new EventNameRewriter(this.#name, events)];
    this.#own = ANSWER_TRANSFORMS.get(endpoint.name)?.events?.(this) ?? null;
    return this.#own === null ? name : [this.#own, ...name];
  }

  bodyTransforms(): readonly BodyTransform[] {
    const { endpoint } = this.ctx;
    const { body } = namePlacesOf(endpoint);
    const transforms = ANSWER_TRANSFORMS.get(endpoint.name);
    const own = transforms?.body?.(this) ?? null;
    if (own !== null && transforms?.bodyHasName === true) return [own];
    const name = body.marks.length === 0 ? [] : [new BodyNameRewriter(this.#name, body)];
    return own === null ? name : [own, ...name];
  }

  cutEvent(failure: GatewayError): string {
    const { dialect, isNamed: named } = this.marks;
    return this.#own?.cutEvent(failure) ?? renderErrorEvent(failure, { dialect, named });
  }

  /** Found, not made: one for each stream would be kept as long as the stream. */
  get #name(): Buffer {
    return this.state.templates.written(this.alias).json;
  }

  firstByte(): void {
    this.#owner.firstByte(this);
  }

  promptTruncated(truncation: Truncation): void {
    this.#owner.promptTruncated(this, truncation);
  }

  ended(outcome: AttemptOutcome, heardAt: number): void {
    this.#owner.ended(this, outcome, heardAt);
  }
}
