/** Where a request stands in a trace (W3C Trace Context, section 3.2). */
export interface TraceContext {
  /** 32 hexadecimal digits. */
  readonly traceId: string;
  /** The span above the gateway's, 16 hexadecimal digits; null where the trace begins here. */
  readonly parentId: string | null;
  /** The gateway's own span; null where it keeps none. */
  readonly spanId: string | null;
  readonly sampled: boolean;
}

const TRACEPARENT = /^(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(?:-|$)/;

/** What a `traceparent` header says; null where there is none, or none that is valid. */
export function readTraceparent(header: string | readonly string[] | undefined): TraceContext | null {
  if (typeof header !== "string") return null;
  const [, traceId, parentId, flags = ""] = TRACEPARENT.exec(header) ?? [];
  if (traceId === undefined || parentId === undefined) return null;
  return { traceId, parentId, spanId: null, sampled: (Number.parseInt(flags, 16) & 1) === 1 };
}
