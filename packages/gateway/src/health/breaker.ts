import { NEVER_OPENS, type BreakerPolicy, type FaultKind, type Reason } from "@rollcall/contract";

/** A trial that streams is believed so long after its first byte: before, a stream that falls silent looks the same. */
const BELIEVED_AFTER_MS = 10_000;

/** What requests have shown of one deployment. Times are monotonic milliseconds. */
export interface Breaker {
  /** When the latest faults were, oldest first; at most as many as anybody counts. */
  readonly faults: readonly number[];
  readonly reason: Reason;
  /** Closed: null. Open: until then nothing is sent, afterwards one request as a trial. */
  readonly openUntil: number | null;
  /** How long it was opened for the last time. */
  readonly openMs: number;
  readonly trial: boolean;
  /** When the trial is believed though it has not ended; null before its first byte. */
  readonly believedAt: number | null;
}

export const CLOSED: Breaker = {
  faults: [],
  reason: "ok",
  openUntil: null,
  openMs: 0,
  trial: false,
  believedAt: null,
};

/** A fault of the backend: connect, timeout, 5xx, cut. Never one of the request. */
export interface Fault {
  readonly kind: FaultKind;
  readonly reason: Reason;
  readonly at: number;
}

/** `policy` null: it is not to open. */
export function onFault(
  breaker: Breaker,
  { kind, reason, at: now }: Fault,
  policy: BreakerPolicy | null,
): Breaker {
  if (policy === null) return CLOSED;
  if (breaker.openUntil !== null) {
    // The trial failed, or a request sent before it opened did.
    if (!breaker.trial) return breaker;
    const openMs = Math.min(breaker.openMs * 2, policy.lastOpenMs);
    return { ...breaker, reason, openMs, openUntil: now + openMs, trial: false, believedAt: null };
  }
  const faults = [...breaker.faults.filter((at) => now - at < policy.windowMs), now].slice(-NEVER_OPENS);
  if (faults.length <= policy.allowedFaults[kind]) return { ...breaker, faults, reason };
  return { ...breaker, faults, reason, openMs: policy.firstOpenMs, openUntil: now + policy.firstOpenMs };
}

/** The fault of that moment was the request's: as if it had not been. One that ended a trial leaves the breaker open. */
export function onAcquitted(breaker: Breaker, at: number): Breaker {
  const found = breaker.faults.lastIndexOf(at);
  if (found === -1) return breaker;
  const faults = breaker.faults.toSpliced(found, 1);
  return breaker.trial || breaker.openUntil === null ? { ...breaker, faults } : { ...CLOSED, faults };
}

/** A whole answer while there is a trial: it succeeded. */
export function onSuccess(breaker: Breaker): Breaker {
  // Successes between faults do not excuse them: a backend that fails every other request is no good one.
  return breaker.trial ? CLOSED : breaker;
}

/** The first byte of an answer: of a trial that streams, only what follows tells. */
export function onFirstByte(breaker: Breaker, now: number): Breaker {
  return breaker.trial && breaker.believedAt === null
    ? { ...breaker, believedAt: now + BELIEVED_AFTER_MS }
    : breaker;
}

/** May a request be sent? While half open, to one at a time. */
export function mayPass({ openUntil, trial, believedAt }: Breaker, now: number): boolean {
  if (openUntil === null) return true;
  return now >= openUntil && (!trial || (believedAt !== null && now >= believedAt));
}

/** A request is being sent: where the breaker is half open it is the trial. */
export function onSend(breaker: Breaker, now: number): Breaker {
  return breaker.openUntil !== null && now >= breaker.openUntil ? { ...breaker, trial: true } : breaker;
}

/** The trial ended without saying anything: the client left, or the fault was the request's. */
export function onInconclusive(breaker: Breaker): Breaker {
  return breaker.trial ? { ...breaker, trial: false, believedAt: null } : breaker;
}
