import type {
  Context,
  SpanContext,
  SpanKind,
  SpanStatusCode,
  TraceFlags,
  TraceState,
} from "@opentelemetry/api";
import type { OTLPExporterBase } from "@opentelemetry/otlp-exporter-base";
import type {
  createOtlpHttpExportDelegate,
  httpAgentFactoryFromOptions,
} from "@opentelemetry/otlp-exporter-base/node-http";
import type { ProtobufTraceSerializer, TraceExporterMetricsHelper } from "@opentelemetry/otlp-transformer";
import type { defaultResource, resourceFromAttributes } from "@opentelemetry/resources";
import type {
  AlwaysOnSampler,
  BatchSpanProcessor,
  RandomIdGenerator,
  TracerProvider,
} from "@opentelemetry/sdk-trace";

/** What is used of OpenTelemetry's SDK, which is only loaded where spans are kept. */
export interface OtelLibrary {
  readonly AlwaysOnSampler: typeof AlwaysOnSampler;
  readonly BatchSpanProcessor: typeof BatchSpanProcessor;
  readonly OTLPExporterBase: typeof OTLPExporterBase;
  readonly ProtobufTraceSerializer: typeof ProtobufTraceSerializer;
  readonly RandomIdGenerator: typeof RandomIdGenerator;
  readonly ROOT_CONTEXT: Context;
  readonly SpanKind: typeof SpanKind;
  readonly SpanStatusCode: typeof SpanStatusCode;
  readonly TraceFlags: typeof TraceFlags;
  readonly TraceExporterMetricsHelper: typeof TraceExporterMetricsHelper;
  readonly TracerProvider: typeof TracerProvider;
  readonly createOtlpHttpExportDelegate: typeof createOtlpHttpExportDelegate;
  readonly defaultResource: typeof defaultResource;
  readonly createTraceState: (text: string) => TraceState;
  readonly httpAgentFactoryFromOptions: typeof httpAgentFactoryFromOptions;
  readonly resourceFromAttributes: typeof resourceFromAttributes;
  readonly setSpanContext: (context: Context, spanContext: SpanContext) => Context;
}

/** The libraries alone, not our own code: what is reached by a dynamic import a bundle wraps. */
export async function loadOtel(): Promise<OtelLibrary> {
  const {
    createTraceState,
    ROOT_CONTEXT,
    SpanKind: Kind,
    SpanStatusCode: Status,
    TraceFlags: Flags,
    trace,
  } = await import("@opentelemetry/api");
  const { OTLPExporterBase: Exporter } = await import("@opentelemetry/otlp-exporter-base");
  const { createOtlpHttpExportDelegate: createDelegate, httpAgentFactoryFromOptions: agentFactory } =
    await import("@opentelemetry/otlp-exporter-base/node-http");
  const { ProtobufTraceSerializer: Serializer, TraceExporterMetricsHelper: Helper } =
    await import("@opentelemetry/otlp-transformer");
  const { defaultResource: standard, resourceFromAttributes: resource } =
    await import("@opentelemetry/resources");
  const {
    AlwaysOnSampler: Always,
    BatchSpanProcessor: Processor,
    RandomIdGenerator: Ids,
    TracerProvider: Provider,
  } = await import("@opentelemetry/sdk-trace");
  return {
    AlwaysOnSampler: Always,
    BatchSpanProcessor: Processor,
    OTLPExporterBase: Exporter,
    ProtobufTraceSerializer: Serializer,
    RandomIdGenerator: Ids,
    ROOT_CONTEXT,
    SpanKind: Kind,
    SpanStatusCode: Status,
    TraceFlags: Flags,
    TraceExporterMetricsHelper: Helper,
    TracerProvider: Provider,
    createOtlpHttpExportDelegate: createDelegate,
    createTraceState,
    defaultResource: standard,
    httpAgentFactoryFromOptions: agentFactory,
    resourceFromAttributes: resource,
    setSpanContext: (context, spanContext) => trace.setSpanContext(context, spanContext),
  };
}
