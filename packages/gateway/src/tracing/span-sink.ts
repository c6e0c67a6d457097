import type { Attributes as SpanAttributes, HrTime, SpanContext } from "@opentelemetry/api";
import type { ReadableSpan } from "@opentelemetry/sdk-trace";
import { VERSION } from "@rollcall/contract";
import type { Attributes, FinishedSpan } from "./finished-span.ts";
import type { OtelLibrary } from "./otel-library.ts";
import type { SpanDestination } from "./span-destination.ts";

const SCOPE = { name: "rollcall", version: VERSION };

/** Hands spans that are over to the SDK's processors, as its own tracer would: that one asks for all of it while it happens. */
export class SpanSink {
  readonly #library: OtelLibrary;
  readonly #resource: ReadableSpan["resource"];
  readonly #destinations: readonly SpanDestination[];

  constructor(
    library: OtelLibrary,
    resource: Readonly<Record<string, string>>,
    destinations: readonly SpanDestination[],
  ) {
    this.#library = library;
    this.#destinations = destinations;
    this.#resource = library
      .defaultResource()
      .merge(library.resourceFromAttributes({ "service.version": VERSION, ...resource }));
  }

  add(span: FinishedSpan): void {
    const readable = this.#readable(span);
    for (const destination of this.#destinations) destination.onEnd(readable);
  }

  #readable({ name, kind, attributes, from, to, isError, event, ...where }: FinishedSpan): ReadableSpan {
    const { SpanKind, SpanStatusCode } = this.#library;
    const { context, parent } = this.#contexts(where);
    return {
      name,
      kind: kind === "server" ? SpanKind.SERVER : SpanKind.CLIENT,
      spanContext: () => context,
      ...(parent !== null && { parentSpanContext: parent }),
      startTime: hrTime(from),
      endTime: hrTime(to),
      duration: hrTime(to - from),
      status: { code: isError ? SpanStatusCode.ERROR : SpanStatusCode.UNSET },
      attributes: defined(attributes),
      links: [],
      events:
        event === null
          ? []
          : [{ name: event.name, time: hrTime(event.at), attributes: defined(event.attributes) }],
      ended: true,
      resource: this.#resource,
      instrumentationScope: SCOPE,
      droppedAttributesCount: 0,
      droppedEventsCount: 0,
      droppedLinksCount: 0,
    };
  }

  #contexts({ traceId, spanId, parentId, state }: Identity): {
    readonly context: SpanContext;
    readonly parent: SpanContext | null;
  } {
    const { TraceFlags, createTraceState } = this.#library;
    const shared = {
      traceId,
      traceFlags: TraceFlags.SAMPLED,
      ...(state !== null && { traceState: createTraceState(state) }),
    };
    const parent = parentId === null ? null : { ...shared, spanId: parentId };
    return { context: { ...shared, spanId }, parent };
  }

  /** Sends what waits; resolves when that has been tried. */
  async close(): Promise<void> {
    await Promise.all(this.#destinations.map((destination) => destination.shutdown()));
  }
}

type Identity = Pick<FinishedSpan, "traceId" | "spanId" | "parentId" | "state">;

/** Seconds, and nanoseconds beside them. */
function hrTime(ms: number): HrTime {
  return [Math.trunc(ms / 1_000), Math.round((ms % 1_000) * 1e6)];
}

function defined(attributes: Attributes): SpanAttributes {
  const found: SpanAttributes = {};
  for (const key in attributes) {
    const value = attributes[key];
    if (value !== undefined) found[key] = typeof value === "object" ? [...value] : value;
  }
  return found;
}
