import type { IdGenerator, TracerProvider } from "@opentelemetry/sdk-trace";
import type { Tracer } from "@opentelemetry/api";
import { VERSION } from "@rollcall/contract";
import type { FinishedSpan } from "./finished-span.ts";
import type { OtelLibrary } from "./otel-library.ts";
import type { SpanDestination } from "./span-destination.ts";

/** Gives the ids that a span already has: backends were told them before it ended. */
class GivenIds implements IdGenerator {
  traceId = "";
  spanId = "";

  generateTraceId(): string {
    return this.traceId;
  }

  generateSpanId(): string {
    return this.spanId;
  }
}

/** Hands spans that are over to the SDK, which takes them to their destinations. */
export class SpanSink {
  readonly #library: OtelLibrary;
  readonly #provider: TracerProvider;
  readonly #tracer: Tracer;
  readonly #ids = new GivenIds();

  constructor(
    library: OtelLibrary,
    resource: Readonly<Record<string, string>>,
    destinations: readonly SpanDestination[],
  ) {
    this.#library = library;
    this.#provider = new library.TracerProvider({
      // Which are kept is decided before there is a span.
      sampler: new library.AlwaysOnSampler(),
      idGenerator: this.#ids,
      resource: library
        .defaultResource()
        .merge(library.resourceFromAttributes({ "service.version": VERSION, ...resource })),
      spanProcessors: [...destinations],
    });
    this.#tracer = this.#provider.getTracer("rollcall", VERSION);
  }

  add({ name, kind, attributes, from, to, isError, event, ...where }: FinishedSpan): void {
    this.#ids.traceId = where.traceId;
    this.#ids.spanId = where.spanId;
    const { SpanKind, SpanStatusCode } = this.#library;
    const span = this.#tracer.startSpan(
      name,
      { kind: kind === "server" ? SpanKind.SERVER : SpanKind.CLIENT, startTime: from, attributes },
      this.#parentOf(where),
    );
    if (event !== null) span.addEvent(event.name, event.attributes, event.at);
    if (isError) span.setStatus({ code: SpanStatusCode.ERROR });
    span.end(to);
  }

  #parentOf({ traceId, parentId, state }: Pick<FinishedSpan, "traceId" | "parentId" | "state">) {
    const { ROOT_CONTEXT: root, TraceFlags, createTraceState, setSpanContext } = this.#library;
    if (parentId === null) return root;
    const traceState = state === null ? {} : { traceState: createTraceState(state) };
    return setSpanContext(root, { traceId, spanId: parentId, traceFlags: TraceFlags.SAMPLED, ...traceState });
  }

  /** Sends what waits; resolves when that has been tried. */
  close(): Promise<void> {
    return this.#provider.shutdown();
  }
}
