import type { BreakerPolicy } from "@rollcall/contract";
import {
  CLOSED,
  mayPass,
  onAcquitted,
  onFault,
  onFirstByte,
  onInconclusive,
  onSend,
  onSuccess,
  type Fault,
} from "./breaker.ts";
import { NO_TRUNCATION, type Truncation } from "../truncation/truncation.ts";
import { holds, isOutweighedBy, stronger, type Ejection, type Evidence } from "./ejection.ts";
import { RequestWindow } from "./request-window.ts";

/** How much a new measurement of latency weighs. */
const SMOOTHING = 0.2;

/** A deployment that just came back takes at least this part of its share, or it would never be seen to work. */
const COLDEST = 0.1;

/** Its port refuses connections, as the prober has it. */
export interface PortRefusal {
  /** Of the verdict that says so. */
  readonly check: string;
  /** Wall time of the prober. */
  readonly since: number;
  /** The same moment here, monotonic: never too early, since the news took a while to come. */
  readonly at: number;
}

/**
 * What requests have shown of one deployment: load, latency, breaker, ejection. Outlives reloads and verdicts: it belongs
 * to the id, and routing tables point to it. Times are monotonic milliseconds.
 */
export class DeploymentHealth {
  readonly id: string;
  /** Requests under way, from being sent to the end of the answer. */
  inFlight = 0;
  /** Of its `max_parallel_requests`, what other generations of this gateway hold. */
  elsewhere = 0;
  /** Smoothed time to the first byte, or null where none was seen. */
  latencyMs: number | null = null;
  /** Whether it reads all of long prompts. */
  truncation: Truncation = NO_TRUNCATION;
  /** The last byte of an answer that has ended; -Infinity where there was none. */
  heardAt = Number.NEGATIVE_INFINITY;
  refusal: PortRefusal | null = null;
  #breaker = CLOSED;
  #ejection: Ejection | null = null;
  /** Wall time of the verdict that it has been routable since, and when that was here. */
  #routableSince: number | null = null;
  #warmFrom = 0;
  readonly #sent = new RequestWindow();

  constructor(id: string) {
    this.id = id;
  }

  /** What speaks against sending there now, or null. */
  evidence(now: number): Evidence | null {
    if (this.#ejection !== null) {
      if (holds(this.#ejection, now)) return this.#ejection;
      this.#ejection = null;
    }
    return mayPass(this.#breaker, now) ? null : { definite: false, reason: this.#breaker.reason };
  }

  /** Does its breaker let through no request, or a trial alone? */
  get isBreakerOpen(): boolean {
    return this.#breaker.openUntil !== null;
  }

  get ejection(): Ejection | null {
    return this.#ejection;
  }

  /** Requests sent within the last minute. */
  recent(now: number): number {
    return this.#sent.count(now);
  }

  /** 0 < x ≤ 1: less than one for `slowStartMs` after it became routable, so that it is not met by everything at once. */
  warmth(now: number, slowStartMs: number): number {
    if (this.#routableSince === null || slowStartMs === 0) return 1;
    return Math.min(1, Math.max(COLDEST, (now - this.#warmFrom) / slowStartMs));
  }

  /** It has been routable since that wall time, `agoMs` before now. */
  setRoutableSince(since: number, agoMs: number, now: number): void {
    if (since === this.#routableSince) return;
    this.#routableSince = since;
    this.#warmFrom = now - Math.max(0, agoMs);
  }

  started(now: number): void {
    this.inFlight += 1;
    this.#sent.add(now);
    this.#breaker = onSend(this.#breaker, now);
  }

  firstByte(latencyMs: number, now: number): void {
    this.latencyMs =
      this.latencyMs === null ? latencyMs : this.latencyMs + SMOOTHING * (latencyMs - this.latencyMs);
    this.#breaker = onFirstByte(this.#breaker, now);
  }

  /** Exactly once for each `started`; then one of `succeeded`, `failed`, `inconclusive`. */
  ended(): void {
    this.inFlight -= 1;
  }

  /** An answer, here or at another worker, had its last byte at that moment. */
  heard(at: number): void {
    if (at > this.heardAt) this.heardAt = at;
  }

  succeeded(): void {
    this.#breaker = onSuccess(this.#breaker);
  }

  failed(fault: Fault, policy: BreakerPolicy | null): void {
    this.#breaker = onFault(this.#breaker, fault, policy);
  }

  /** The fault of that moment, and what it was ejected for, were the request's. */
  acquit(at: number, ejected: Ejection | null): void {
    this.#breaker = onAcquitted(this.#breaker, at);
    if (ejected !== null && this.#ejection === ejected) this.#ejection = null;
  }

  inconclusive(): void {
    this.#breaker = onInconclusive(this.#breaker);
  }

  eject(next: Ejection): void {
    this.#ejection = stronger(this.#ejection, next);
  }

  /** A probe that was begun at that wall time found it routable. */
  onRoutable(observedAt: number): void {
    if (this.#ejection !== null && isOutweighedBy(this.#ejection, observedAt)) this.#ejection = null;
  }
}
