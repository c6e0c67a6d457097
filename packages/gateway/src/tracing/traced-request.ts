import type { TraceContext } from "../observe/trace-context.ts";
import type { Attributes } from "./finished-span.ts";

export interface Traced extends TraceContext {
  readonly parentId: string | null;
  readonly spanId: string;
  /** What other systems have added to the trace (W3C Trace Context, section 3.3); null for nothing. */
  readonly state: string | null;
  /** The wall clock where the monotonic one is 0, in milliseconds. */
  readonly epochMs: number;
}

/** What a request says of itself, as attributes of its own span and of its attempts'. */
export interface Asked {
  readonly ofTrace: Attributes;
  readonly ofAttempts: Attributes;
}

/** A request that is part of a trace: what its spans and its backends are told. */
export class TracedRequest implements Traced {
  readonly traceId: string;
  readonly parentId: string | null;
  readonly spanId: string;
  readonly sampled: boolean;
  readonly state: string | null;
  readonly epochMs: number;

  /** The span of the attempt under way. */
  attemptId: string | null = null;
  /** When that attempt's answer began, monotonic; null before. */
  attemptFirstByteAt: number | null = null;
  /** When the first attempt was sent, monotonic; null where none was. */
  sentAt: number | null = null;
  /** What it says of itself. Read as it is sent: its body is not kept to the end. */
  asked: Asked = NOTHING;

  constructor({ traceId, parentId, spanId, sampled, state, epochMs }: Traced) {
    this.traceId = traceId;
    this.parentId = parentId;
    this.spanId = spanId;
    this.sampled = sampled;
    this.state = state;
    this.epochMs = epochMs;
  }

  /** The header lines by which a backend joins its spans to ours. */
  headerLines(): string {
    const flags = this.sampled ? "01" : "00";
    const parent = `traceparent: 00-${this.traceId}-${this.attemptId ?? this.spanId}-${flags}\r\n`;
    return this.state === null ? parent : `${parent}tracestate: ${this.state}\r\n`;
  }
}

const NOTHING: Asked = { ofTrace: {}, ofAttempts: {} };
