import type { Environment } from "./environment.ts";
import { CALLBACK_KEYS } from "./callback-keys.ts";
import { callbacksIn } from "./callbacks.ts";
import { unsupported, warning, type Complaint } from "./problem.ts";
import type { RollcallConfig } from "./rollcall-section.ts";
import type { SecretRef } from "./secret-ref.ts";
import type { TraceDestination, TraceExport } from "./trace-export.ts";
import type { WrittenConfig } from "./written.ts";

const TRACES_PATH = "/v1/traces";

/** Langfuse's, below its address (its page on OpenTelemetry). */
const LANGFUSE_PATH = "/api/public/otel/v1/traces";

interface Read {
  readonly traceExport: TraceExport;
  readonly complaints: readonly Complaint[];
}

/**
 * What `rollcall.traces`, OpenTelemetry's variables and LiteLLM's callbacks say together. What the config says counts before a
 * variable.
 */
export function readTraceExport(
  written: WrittenConfig,
  { traces }: Pick<RollcallConfig, "traces">,
  env: Environment,
): Read {
  const get = readerOf(env);
  const named = callbacksIn(written);
  const otlp = readOtlp(traces, { get, isCallback: named.has("otel") });
  const langfuse = named.has("langfuse") || named.has("langfuse_otel") ? readLangfuse(get) : null;
  const isDisabled = get("OTEL_SDK_DISABLED")?.toLowerCase() === "true";
  const destinations = isDisabled ? [] : [otlp, langfuse].filter((one) => one !== null);
  const { sampling_ratio: ratio, service_name: name } = written.rollcall?.traces ?? {};
  return {
    traceExport: {
      destinations,
      ...(ratio === undefined
        ? readSampler(get, traces.samplingRatio)
        : { ratio: traces.samplingRatio, followsParent: true }),
      resource: readResource(get, { name: traces.serviceName, isWritten: name !== undefined }),
      forLangfuse: langfuse !== null,
    },
    complaints: [
      ...complainOfVariables(get, otlp),
      ...complainOfCallbacks(written, { otel: otlp !== null, langfuse: langfuse !== null }),
    ],
  };
}

type Get = (name: string) => string | null;

/** A variable that is set to nothing is not set. Own ones alone: every object answers to names such as `constructor`. */
function readerOf(env: Environment): Get {
  return (name) => (Object.hasOwn(env, name) && (env[name] ?? "").trim() !== "" ? (env[name] ?? null) : null);
}

interface Variables {
  readonly get: Get;
  /** Is `otel` among LiteLLM's callbacks? Then LiteLLM's own variables count, too. */
  readonly isCallback: boolean;
}

function readOtlp(
  { endpoint: written, headers }: RollcallConfig["traces"],
  { get, isCallback }: Variables,
): TraceDestination | null {
  const base = get("OTEL_EXPORTER_OTLP_ENDPOINT") ?? (isCallback ? get("OTEL_ENDPOINT") : null);
  const variable =
    get("OTEL_TRACES_EXPORTER") === "none"
      ? null
      : (get("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT") ?? (base === null ? null : below(base)));
  const endpoint = written === null || written === "" ? variable : withPath(written);
  if (endpoint === null || !isHttpUrl(endpoint)) return null;
  const lists = ["OTEL_EXPORTER_OTLP_HEADERS", "OTEL_EXPORTER_OTLP_TRACES_HEADERS"];
  const names = isCallback ? ["OTEL_HEADERS", ...lists] : lists;
  return {
    name: "otlp",
    endpoint,
    headers: headers ?? new Map<string, SecretRef>(),
    headerLists: headers === null ? names.filter((name) => get(name) !== null).map(variableRef) : [],
    basic: null,
  };
}

function variableRef(name: string): SecretRef {
  return { from: "env", name };
}

function isHttpUrl(text: string): boolean {
  return /^https?:$/.test(URL.parse(text)?.protocol ?? "");
}

/** The variable's is a base, whatever its path; LiteLLM takes one that is whole, too. */
function below(base: string): string {
  const bare = base.replace(/\/+$/, "");
  return bare.endsWith(TRACES_PATH) ? bare : bare + TRACES_PATH;
}

function withPath(url: string): string {
  return URL.parse(url)?.pathname === "/" ? below(url) : url;
}

/** Null where a variable that it needs is not set: nothing goes to a service that nobody has named. */
function readLangfuse(get: Get): TraceDestination | null {
  const host = get("LANGFUSE_OTEL_HOST") ?? get("LANGFUSE_HOST") ?? get("LANGFUSE_BASE_URL");
  const hasKeys = get("LANGFUSE_PUBLIC_KEY") !== null && get("LANGFUSE_SECRET_KEY") !== null;
  if (host === null || !hasKeys) return null;
  const base = /^https?:\/\//.test(host) ? host : `https://${host}`;
  const endpoint = base.replace(/\/+$/, "") + LANGFUSE_PATH;
  if (!isHttpUrl(endpoint)) return null;
  return {
    name: "langfuse",
    endpoint,
    headers: new Map(),
    headerLists: [],
    basic: { user: variableRef("LANGFUSE_PUBLIC_KEY"), password: variableRef("LANGFUSE_SECRET_KEY") },
  };
}

type Sampling = Pick<TraceExport, "ratio" | "followsParent">;

/** OpenTelemetry's names of samplers. */
const SAMPLERS: ReadonlyMap<string, (ratio: number) => Sampling> = new Map<
  string,
  (ratio: number) => Sampling
>([
  ["always_on", () => ({ ratio: 1, followsParent: false })],
  ["always_off", () => ({ ratio: 0, followsParent: false })],
  ["traceidratio", (ratio: number) => ({ ratio, followsParent: false })],
  ["parentbased_always_on", () => ({ ratio: 1, followsParent: true })],
  ["parentbased_always_off", () => ({ ratio: 0, followsParent: true })],
  ["parentbased_traceidratio", (ratio: number) => ({ ratio, followsParent: true })],
]);

function readSampler(get: Get, standard: number): Sampling {
  const argument = Number(get("OTEL_TRACES_SAMPLER_ARG") ?? Number.NaN);
  const ratio = argument >= 0 && argument <= 1 ? argument : standard;
  const read = SAMPLERS.get(get("OTEL_TRACES_SAMPLER") ?? "");
  return read === undefined ? { ratio: standard, followsParent: true } : read(ratio);
}

function readResource(
  get: Get,
  { name, isWritten }: { readonly name: string; readonly isWritten: boolean },
): TraceExport["resource"] {
  const attributes = Object.fromEntries(readPairs(get("OTEL_RESOURCE_ATTRIBUTES") ?? ""));
  const variable = get("OTEL_SERVICE_NAME") ?? attributes["service.name"];
  return { ...attributes, "service.name": isWritten ? name : (variable ?? name) };
}

/** `name=value,name=value`, values with `%20` for what has no place in them (OpenTelemetry: as W3C's baggage, without properties). */
export function readPairs(text: string): readonly (readonly [string, string])[] {
  return text.split(",").flatMap((pair): (readonly [string, string])[] => {
    const equals = pair.indexOf("=");
    const name = pair.slice(0, Math.max(equals, 0)).trim();
    return name === "" ? [] : [[decode(name), decode(pair.slice(equals + 1).trim())]];
  });
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Of a daemon's environment, so it is complained of where the config would say better. */
function complainOfVariables(get: Get, otlp: TraceDestination | null): readonly Complaint[] {
  const protocol = get("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL") ?? get("OTEL_EXPORTER_OTLP_PROTOCOL");
  const wrong = ["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT"].find(
    (name) => !isHttpUrl(get(name) ?? "http://none"),
  );
  if (otlp === null && wrong !== undefined)
    return [
      warning(["rollcall", "traces"], `${wrong} is not a URL such as http://host:4318: no spans go there`),
    ];
  if (otlp === null || protocol !== "grpc") return [];
  return [
    warning(
      ["rollcall", "traces"],
      "OTEL_EXPORTER_OTLP_PROTOCOL is grpc, and spans go over HTTP alone: give the endpoint of that, on port 4318 as a rule",
    ),
  ];
}

const NO_OTLP =
  "otel has no effect yet: set rollcall.traces.endpoint or OTEL_EXPORTER_OTLP_ENDPOINT to where spans go, over OTLP/HTTP";
const NO_LANGFUSE =
  "langfuse has no effect yet: set LANGFUSE_HOST, LANGFUSE_PUBLIC_KEY and LANGFUSE_SECRET_KEY to where spans go";

/** What LiteLLM's callbacks still need; others than these have no effect. */
function complainOfCallbacks(
  written: WrittenConfig,
  has: { readonly otel: boolean; readonly langfuse: boolean },
): readonly Complaint[] {
  const lacks: ReadonlyMap<string, string | null> = new Map([
    ["prometheus", null],
    ["prometheus_system", null],
    ["otel", has.otel ? null : NO_OTLP],
    ["langfuse", has.langfuse ? null : NO_LANGFUSE],
    ["langfuse_otel", has.langfuse ? null : NO_LANGFUSE],
  ]);
  return CALLBACK_KEYS.flatMap((key) =>
    [...callbacksIn(written, [key])].flatMap((name) => {
      const lack = lacks.has(name) ? lacks.get(name) : othersHaveNoEffect(name);
      return lack === null || lack === undefined ? [] : [unsupported(["litellm_settings", key], lack)];
    }),
  );
}

function othersHaveNoEffect(name: string): string {
  return `${JSON.stringify(name.slice(0, 60))} has no effect here: otel and langfuse send spans, metrics are on /metrics in any case, a log line for each request with rollcall.gateway.access_log`;
}
