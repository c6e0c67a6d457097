export type AttributeValue = string | number | boolean | readonly string[];

export type Attributes = Record<string, AttributeValue | undefined>;

/** Something that happened within a span. */
export interface SpanEvent {
  readonly name: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly attributes: Attributes;
}

/** A span that is over. Times are milliseconds since the epoch, with their fractions. */
export interface FinishedSpan {
  readonly name: string;
  readonly kind: "server" | "client";
  readonly traceId: string;
  readonly spanId: string;
  readonly parentId: string | null;
  /** `tracestate`, or null. */
  readonly state: string | null;
  readonly from: number;
  readonly to: number;
  /** What is undefined is left out. */
  readonly attributes: Attributes;
  readonly isError: boolean;
  readonly event: SpanEvent | null;
}
