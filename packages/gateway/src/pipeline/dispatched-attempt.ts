import type { ServerResponse } from "node:http";
import { marksOf } from "../endpoints/answer-marks.ts";
import { namePlacesOf } from "../endpoints/name-places.ts";
import type { AttemptEnd, AttemptFacts } from "../observe/observer.ts";
import type { Candidate } from "../routing/candidate.ts";
import type { RoutingState } from "../routing-state.ts";
import type { AnswerMarks } from "../upstream/relay/answer-marks.ts";
import type { Downstream } from "../upstream/relay/relay.ts";
import { BodyNameRewriter } from "../upstream/transform/body-name-rewriter.ts";
import { EventNameRewriter } from "../upstream/transform/event-name-rewriter.ts";
import type { BodyTransform, Transform } from "../upstream/transform/transform.ts";
import type { AttemptOutcome } from "../upstream/attempt-outcome.ts";
import type { RequestContext } from "./request-context.ts";

/** Called once, when the attempt has ended. */
export type OnAttemptEnd = (ctx: RequestContext, end: AttemptEnd, candidate: Candidate) => void;

/** Whoever sent the attempt. */
export interface AttemptOwner {
  firstByte(attempt: DispatchedAttempt): void;
  ended(attempt: DispatchedAttempt, outcome: AttemptOutcome): void;
}

export interface DispatchedOptions {
  /** Ours; the backend's are added once they are known. */
  readonly headers: Record<string, string>;
  /** What the attempt was sent by. */
  readonly state: RoutingState;
  readonly onEnd: OnAttemptEnd;
  readonly owner: AttemptOwner;
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
  readonly #owner: AttemptOwner;
  status = 200;

  constructor(
    { ctx, candidate, number, sentAt }: AttemptFacts,
    { headers, state, onEnd, owner }: DispatchedOptions,
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
  }

  /** In the order of the bytes: backend → name. Where no name is repeated there is nothing to rewrite. */
  eventTransforms(): readonly Transform[] {
    const { events } = namePlacesOf(this.ctx.endpoint);
    return events.marks.length === 0 ? [] : [new EventNameRewriter(this.#name, events)];
  }

  bodyTransforms(): readonly BodyTransform[] {
    const { body } = namePlacesOf(this.ctx.endpoint);
    return body.marks.length === 0 ? [] : [new BodyNameRewriter(this.#name, body)];
  }

  /** Found, not made: one for each stream would be kept as long as the stream. */
  get #name(): Buffer {
    return this.state.templates.written(this.alias).json;
  }

  firstByte(): void {
    this.#owner.firstByte(this);
  }

  ended(outcome: AttemptOutcome): void {
    this.#owner.ended(this, outcome);
  }
}
