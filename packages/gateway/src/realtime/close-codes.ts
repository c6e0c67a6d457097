/** RFC 6455, section 7.4, and the registry of IANA. */
export const CLOSE = {
  normal: 1000,
  goingAway: 1001,
  /** Never on the wire: the other side sent no code. */
  none: 1005,
  /** Never on the wire: the connection broke. */
  broken: 1006,
  policy: 1008,
  internal: 1011,
  serviceRestart: 1012,
  tryAgainLater: 1013,
  badGateway: 1014,
} as const;

/** A control frame has room for this many bytes beside the code. */
const LONGEST_REASON = 123;

/** Codes by which a backend says that it is at fault itself. */
const BACKENDS_FAULT: ReadonlySet<number> = new Set([
  CLOSE.broken,
  CLOSE.internal,
  CLOSE.serviceRestart,
  CLOSE.tryAgainLater,
  CLOSE.badGateway,
]);

export function isBackendsFault(code: number): boolean {
  return BACKENDS_FAULT.has(code);
}

const BUSY: ReadonlySet<number> = new Set([429, 503]);

/** How a connection is closed after an error that would have had this HTTP status. */
export function closeCodeOf(status: number): number {
  if (BUSY.has(status)) return CLOSE.tryAgainLater;
  return status >= 500 ? CLOSE.internal : CLOSE.policy;
}

/** Cut to what fits, at a character's end. */
export function closeReason(text: string): string {
  let cut = text.slice(0, LONGEST_REASON);
  while (Buffer.byteLength(cut) > LONGEST_REASON) cut = cut.slice(0, -1);
  return cut.toWellFormed();
}
