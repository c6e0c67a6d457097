import type { IncomingMessage, ServerResponse } from "node:http";
import { ANONYMOUS, type Endpoint, type Principal } from "@rollcall/contract";
import { NO_EDITS, type Edit } from "../body/edits.ts";
import type { RequestFields } from "../body/json-fields.ts";
import type { Overrides } from "../body/overrides.ts";
import type { RequestBody } from "../body/request-body.ts";
import type { Origin } from "../objects/object-ids.ts";
import type { TriedAttempt } from "../observe/tried-attempt.ts";
import type { TokenUsage } from "../observe/token-usage.ts";
import { readTraceparent, type TraceContext } from "../observe/trace-context.ts";
import type { TracedRequest } from "../tracing/traced-request.ts";
import type { Candidate } from "../routing/candidate.ts";
import { NOBODY, type PassedOver } from "../routing/passed-over.ts";
import type { RoutingState } from "../routing-state.ts";
import type { StreamHeartbeat } from "../upstream/relay/stream-heartbeat.ts";
import type { Cancelable } from "./cancelable.ts";
import type { Permit } from "./permit.ts";
import type { Reservation } from "./reservation.ts";

/** What `accept` and `match` know of a request. */
export interface Accepted {
  readonly incoming: IncomingMessage;
  readonly outgoing: ServerResponse;
  readonly requestId: string;
  /** Monotonic milliseconds at its head. */
  readonly startedAt: number;
  readonly state: RoutingState;
  readonly endpoint: Endpoint;
  /** The name in the path, where the endpoint has it there. */
  readonly pathModel: string | null;
  /** The object's id in the path, where the endpoint has it there. */
  readonly pathId: string | null;
}

/** One request from its head to the end of its answer. Each field is written once, by the stage that its comment names. */
export class RequestContext implements Accepted {
  // accept
  readonly incoming: IncomingMessage;
  readonly outgoing: ServerResponse;
  readonly requestId: string;
  readonly startedAt: number;
  readonly state: RoutingState;

  // match
  readonly endpoint: Endpoint;
  readonly pathModel: string | null;
  readonly pathId: string | null;

  /** authenticate */
  principal: Principal = ANONYMOUS;

  /** receive: kept until the first byte of an answer, so that it can be sent again. */
  body!: RequestBody;
  /** receive: monotonic milliseconds when the body was there. */
  receivedAt = 0;

  // inspect
  fields!: RequestFields;
  overrides!: Overrides;
  /** heartbeat: what keeps a stream alive while it waits; null where the config wants none. */
  heartbeat: StreamHeartbeat | null = null;
  /** inspect: the name that is routed by: as sent, unless authorize finds that the key has another one for it. */
  meant = "";
  /** inspect, authorize: the alias that the name means; "" where the config has none. */
  alias = "";

  /** authorize: which models alone may stand in; null where any may. */
  permit: Permit | null = null;

  /** prepare: what reaches the backend otherwise than it was sent, beside the name. */
  edits: readonly Edit[] = NO_EDITS;

  /** match, prepare: may it be sent to a second deployment? */
  resend: Endpoint["resend"];

  /** inspect, prepare: the only deployment that can answer, since it made what the request is about. */
  origin: Origin | null = null;

  /** admit: what the request may use at most. */
  reservation: Reservation | null = null;

  /** queue: milliseconds waited for a model to load. */
  queuedMs = 0;

  /** route: where the first attempt goes. */
  candidate!: Candidate;

  /** route, dispatch: those that could not be taken instead of the deployment that was chosen last. */
  passedOver: readonly PassedOver[] = NOBODY;

  /** dispatch: where the last attempt went, and when, in monotonic milliseconds; null where none was made. */
  sentTo: Candidate | null = null;
  sentAt = 0;

  /** dispatch: attempts that brought no whole answer; null where there are none. */
  tried: TriedAttempt[] | null = null;

  /** dispatch: how many attempts were made, counted up with each. */
  attempts = 0;

  /** dispatch: how many other aliases have stood in for the one asked for. */
  fallbacks = 0;

  /** dispatch: milliseconds between attempts that nothing was done but to wait. */
  pausedMs = 0;

  /** dispatch: milliseconds that backends were waited for, in all attempts that have ended. */
  upstreamMs = 0;

  /** relay: monotonic milliseconds at the first byte of the answer; null before. */
  firstByteAt: number | null = null;
  /** dispatch: monotonic milliseconds when the last byte of the answer had come from the backend; null before its end. */
  lastByteAt: number | null = null;
  /** relay: what the answer says that it used; null where it says nothing. */
  usage: TokenUsage | null = null;

  /** accept: what is made of it for a trace; null where it goes through as it came. */
  traced: TracedRequest | null = null;
  /** What it brought; undefined where nobody has asked. */
  #brought: TraceContext | null | undefined;

  // The pipeline's own: which stage is next, what a suspended one waits for, and whether the request has ended.
  next = 0;
  waitsFor: Cancelable | null = null;
  ended = false;

  constructor({ incoming, outgoing, requestId, startedAt, state, endpoint, pathModel, pathId }: Accepted) {
    this.incoming = incoming;
    this.outgoing = outgoing;
    this.requestId = requestId;
    this.startedAt = startedAt;
    this.state = state;
    this.endpoint = endpoint;
    this.resend = endpoint.resend;
    this.pathModel = pathModel;
    this.pathId = pathId;
  }

  /** Where it stands in a trace; null where it brought none and none begins here. Read when it is first asked for. */
  get trace(): TraceContext | null {
    if (this.traced !== null) return this.traced;
    if (this.#brought === undefined) this.#brought = readTraceparent(this.incoming.headers["traceparent"]);
    return this.#brought;
  }
}
