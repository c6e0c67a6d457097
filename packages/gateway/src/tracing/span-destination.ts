import type { ReadableSpan, SpanExporter, SpanProcessor } from "@opentelemetry/sdk-trace";
import { VERSION, type TraceDestination } from "@rollcall/contract";
import type { Log } from "@rollcall/runtime";
import type { ExportCounts } from "./export-counts.ts";
import type { OtelLibrary } from "./otel-library.ts";

/** Spans that wait, and how many go at once: few, since they are written in the turn of some request. */
const QUEUE_SIZE = 2_048;
const BATCH_SIZE = 256;
const BATCH_MS = 2_000;

/** For one batch with what is tried again. */
const EXPORT_MS = 10_000;

/** Exports under way at once, where the rest of a queue goes in the end. */
const MOST_EXPORTS = 30;

export interface DestinationDeps {
  readonly library: OtelLibrary;
  readonly counts: ExportCounts;
  readonly log: Log;
  /** What it is shown now; null where that cannot be read. */
  readonly headers: () => Record<string, string> | null;
}

/** Where spans go: a bounded queue in front of one endpoint. What it does not take is dropped and counted, and nobody waits for it. */
export class SpanDestination {
  readonly #name: TraceDestination["name"];
  readonly #deps: DestinationDeps;
  readonly #batches: SpanProcessor;
  #queued = 0;
  #fails = false;

  constructor({ name, endpoint }: TraceDestination, deps: DestinationDeps) {
    const { library } = deps;
    this.#name = name;
    this.#deps = deps;
    deps.counts.begin(name);
    const exporter = new library.OTLPExporterBase(
      library.createOtlpHttpExportDelegate(
        {
          url: endpoint,
          headers: () => this.#headers(),
          timeoutMillis: EXPORT_MS,
          concurrencyLimit: MOST_EXPORTS,
          compression: "none",
          agentFactory: library.httpAgentFactoryFromOptions({ keepAlive: true }),
          userAgent: `rollcall/${VERSION}`,
        },
        library.ProtobufTraceSerializer,
        "otlp_http_span_exporter",
        library.TraceExporterMetricsHelper,
        undefined,
      ),
    );
    this.#batches = new library.BatchSpanProcessor({
      exporter: this.#counted(exporter),
      maxQueueSize: QUEUE_SIZE,
      maxExportBatchSize: BATCH_SIZE,
      scheduledDelayMillis: BATCH_MS,
      // The exporter keeps its own time, and says how it ended.
      exportTimeoutMillis: 2 * EXPORT_MS,
    });
  }

  onEnd(span: ReadableSpan): void {
    if (this.#queued >= QUEUE_SIZE) {
      this.#deps.counts.dropped(this.#name, "queue_full", 1);
      return;
    }
    this.#queued += 1;
    this.#batches.onEnd(span);
  }

  shutdown(): Promise<void> {
    return this.#batches.shutdown();
  }

  #counted(exporter: SpanExporter): SpanExporter {
    return {
      export: (spans, done) => {
        this.#queued -= spans.length;
        exporter.export(spans, (result) => {
          if (result.error === undefined) this.#taken(spans.length);
          else this.#failed(spans.length, result.error);
          done(result);
        });
      },
      shutdown: () => exporter.shutdown(),
      forceFlush: () => exporter.forceFlush?.() ?? Promise.resolve(),
    };
  }

  #taken(spans: number): void {
    this.#deps.counts.exported(this.#name, spans);
    if (!this.#fails) return;
    this.#fails = false;
    this.#deps.log.info({ destination: this.#name }, "spans are exported again");
  }

  /** Told once, until one succeeds. What the SDK says of it names hosts. */
  #failed(spans: number, error: unknown): void {
    this.#deps.counts.dropped(this.#name, "export_failed", spans);
    if (this.#fails) return;
    this.#fails = true;
    this.#deps.log.warn(
      { destination: this.#name, error: codeOf(error) },
      "spans are dropped: their endpoint does not take them",
    );
  }

  /** In a promise of its own, for the exporter. */
  async #headers(): Promise<Record<string, string>> {
    const headers = this.#deps.headers();
    if (headers === null) throw Object.assign(new Error("a header cannot be read"), { code: "no_secret" });
    return { ...headers, "content-type": "application/x-protobuf" };
  }
}

/** A system's code, such as ECONNREFUSED, or the status of an answer. */
function codeOf(error: unknown): string {
  const { code } = (error ?? {}) as { code?: unknown };
  return typeof code === "string" || typeof code === "number" ? String(code) : "timeout";
}
