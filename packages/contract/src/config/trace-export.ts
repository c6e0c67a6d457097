import type { SecretRef } from "./secret-ref.ts";

/** Where spans go, over OTLP/HTTP, and with what. */
export interface TraceDestination {
  /** The label of its metrics. */
  readonly name: "otlp" | "langfuse";
  /** The whole URL: `http://collector:4318/v1/traces`. */
  readonly endpoint: string;
  /** Names in lower case. */
  readonly headers: ReadonlyMap<string, SecretRef>;
  /** Several in one value, as `OTEL_EXPORTER_OTLP_HEADERS` has them: `name=value,name=value`. Of two of one name the last holds. */
  readonly headerLists: readonly SecretRef[];
  /** User and password of HTTP's Basic scheme; null for none. */
  readonly basic: { readonly user: SecretRef; readonly password: SecretRef } | null;
}

/** What spans are kept, and where they go. */
export interface TraceExport {
  /** None: no spans are kept. */
  readonly destinations: readonly TraceDestination[];
  /** Share of the traces that begin here, from 0 to 1. */
  readonly ratio: number;
  /** Is a request that comes within a trace kept as that says? Else by the ratio, too. */
  readonly followsParent: boolean;
  /** Of whoever sends them: `service.name` and what else `OTEL_RESOURCE_ATTRIBUTES` says. */
  readonly resource: Readonly<Record<string, string>>;
  /** Are they told what Langfuse groups by: whose request, which session, tags? */
  readonly forLangfuse: boolean;
}
