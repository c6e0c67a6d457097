import type { SpanKind, SpanStatusCode, TraceFlags, TraceState } from "@opentelemetry/api";
import type { OTLPExporterBase } from "@opentelemetry/otlp-exporter-base";
import type {
  createOtlpHttpExportDelegate,
  httpAgentFactoryFromOptions,
} from "@opentelemetry/otlp-exporter-base/node-http";
import type { ProtobufTraceSerializer, TraceExporterMetricsHelper } from "@opentelemetry/otlp-transformer";
import type { defaultResource, resourceFromAttributes } from "@opentelemetry/resources";
import type { BatchSpanProcessor } from "@opentelemetry/sdk-trace";

/** What is used of OpenTelemetry's SDK, which is only loaded where spans are kept. */
export interface OtelLibrary {
  readonly BatchSpanProcessor: typeof BatchSpanProcessor;
  readonly OTLPExporterBase: typeof OTLPExporterBase;
  readonly ProtobufTraceSerializer: typeof ProtobufTraceSerializer;
  readonly SpanKind: typeof SpanKind;
  readonly SpanStatusCode: typeof SpanStatusCode;
  readonly TraceExporterMetricsHelper: typeof TraceExporterMetricsHelper;
  readonly TraceFlags: typeof TraceFlags;
  readonly createOtlpHttpExportDelegate: typeof createOtlpHttpExportDelegate;
  readonly createTraceState: (text: string) => TraceState;
  readonly defaultResource: typeof defaultResource;
  readonly httpAgentFactoryFromOptions: typeof httpAgentFactoryFromOptions;
  readonly resourceFromAttributes: typeof resourceFromAttributes;
}

/** The libraries alone, not our own code: what is reached by a dynamic import a bundle wraps. */
export async function loadOtel(): Promise<OtelLibrary> {
  const {
    createTraceState,
    SpanKind: Kind,
    SpanStatusCode: Status,
    TraceFlags: Flags,
  } = await import("@opentelemetry/api");
  const { OTLPExporterBase: Exporter } = await import("@opentelemetry/otlp-exporter-base");
  const { createOtlpHttpExportDelegate: createDelegate, httpAgentFactoryFromOptions: agentFactory } =
    await import("@opentelemetry/otlp-exporter-base/node-http");
  const { ProtobufTraceSerializer: Serializer, TraceExporterMetricsHelper: Helper } =
    await import("@opentelemetry/otlp-transformer");
  const { defaultResource: standard, resourceFromAttributes: resource } =
    await import("@opentelemetry/resources");
  const { BatchSpanProcessor: Processor } = await import("@opentelemetry/sdk-trace");
  return {
    BatchSpanProcessor: Processor,
    OTLPExporterBase: Exporter,
    ProtobufTraceSerializer: Serializer,
    SpanKind: Kind,
    SpanStatusCode: Status,
    TraceExporterMetricsHelper: Helper,
    TraceFlags: Flags,
    createOtlpHttpExportDelegate: createDelegate,
    createTraceState,
    defaultResource: standard,
    httpAgentFactoryFromOptions: agentFactory,
    resourceFromAttributes: resource,
  };
}
