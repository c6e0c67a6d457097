import type { SettingTable } from "./setting.ts";

/** Under `rollcall.traces:`, entries of the settings table. */
export const TRACES_SETTINGS = {
  endpoint: {
    kind: "url",
    default: null,
    reload: "live",
    description:
      "Where spans go over OTLP/HTTP, such as http://collector:4318; /v1/traces is added where there is no path. Without it, as OTEL_EXPORTER_OTLP_TRACES_ENDPOINT or OTEL_EXPORTER_OTLP_ENDPOINT say; without these no spans are kept.",
  },
  headers: {
    kind: "secret_headers",
    default: null,
    reload: "live",
    description:
      "Headers for that endpoint, such as a key; without them those of OTEL_EXPORTER_OTLP_HEADERS.",
  },
  sampling_ratio: {
    kind: "ratio",
    default: 1,
    reload: "live",
    description:
      "Share of the requests without a traceparent that spans are kept of, from 0 to 1; others are kept as theirs says. Without it, as OTEL_TRACES_SAMPLER and OTEL_TRACES_SAMPLER_ARG say.",
  },
  service_name: {
    kind: "string",
    default: "rollcall-gateway",
    reload: "live",
    description: "service.name of the spans; without it, as OTEL_SERVICE_NAME says.",
  },
} as const satisfies SettingTable;
