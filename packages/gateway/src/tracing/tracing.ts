import type { IncomingHttpHeaders } from "node:http";
import type { Clock, Config, TraceExport } from "@rollcall/contract";
import type { Log, Secrets } from "@rollcall/runtime";
import type { Registry } from "prom-client";
import type { AttemptEnd, AttemptFacts, AttemptObserver, RequestObserver } from "../observe/observer.ts";
import { readTraceparent } from "../observe/trace-context.ts";
import type { RequestContext } from "../pipeline/request-context.ts";
import type { RequestEnd } from "../pipeline/stage.ts";
import { askedNumbers } from "./asked-numbers.ts";
import { attemptSpan } from "./attempt-span.ts";
import { headersFor } from "./destination-headers.ts";
import { ExportCounts } from "./export-counts.ts";
import { langfuseAttributes } from "./langfuse-attributes.ts";
import type { OtelLibrary } from "./otel-library.ts";
import { requestSpan } from "./request-span.ts";
import { isSampled } from "./sampling.ts";
import { SpanDestination } from "./span-destination.ts";
import { SpanSink } from "./span-sink.ts";
import { TraceIds } from "./trace-ids.ts";
import { TracedRequest } from "./traced-request.ts";

/** What waits for a destination in the end has so long: nobody restarts a gateway to wait for its traces. */
const CLOSE_MS = 3_000;

export interface TracingDeps {
  readonly load: () => Promise<OtelLibrary>;
  readonly clock: Clock;
  readonly log: Log;
  readonly registry: Registry;
}

/** Those who hear of requests, each by its own list. */
export interface ObserverLists {
  readonly attempts: AttemptObserver[];
  readonly requests: RequestObserver[];
}

/** What of the settings it goes by. */
export interface TraceSettings {
  readonly config: Pick<Config, "traceExport">;
  readonly secrets: Pick<Secrets, "value">;
}

/** Where spans go, for as long as that stays the same. */
interface Open {
  readonly key: string;
  readonly sink: SpanSink;
}

/** Spans of requests. Until the settings say where they go nothing of it is loaded, and no request meets it. */
export class Tracing implements AttemptObserver, RequestObserver {
  readonly #deps: TracingDeps;
  readonly #ids = new TraceIds();
  #settings: TraceSettings;
  #loaded: { readonly library: OtelLibrary; readonly counts: ExportCounts } | null = null;
  #open: Open | null = null;
  #changing: Promise<void> = Promise.resolve();
  #lists: readonly ObserverLists[] = [];

  constructor(deps: TracingDeps, settings: TraceSettings) {
    this.#deps = deps;
    this.#settings = settings;
  }

  /** Joins the lists once spans are kept for the first time. */
  attach(lists: ObserverLists): void {
    this.#lists = [...this.#lists, lists];
  }

  get isOn(): boolean {
    return this.#open !== null;
  }

  /** Goes by these settings from now on; resolves once what they ask for is there. */
  update(settings: TraceSettings): Promise<void> {
    this.#settings = settings;
    this.#changing = this.#changing.then(() => this.#change());
    return this.#changing;
  }

  /** Sends what waits, and gives up on it soon. False where it gave up. */
  async close(): Promise<boolean> {
    await this.#changing;
    return this.#end(this.#open);
  }

  /** What spans are made of the request; null where it goes through as it came. */
  begin(headers: IncomingHttpHeaders): TracedRequest | null {
    if (this.#open === null) return null;
    const parent = readTraceparent(headers["traceparent"]);
    const traceId = parent?.traceId ?? this.#ids.trace();
    const sampled = isSampled(traceId, parent, this.#settings.config.traceExport);
    if (!sampled && parent !== null) return null;
    const { clock } = this.#deps;
    const state = parent === null ? undefined : headers["tracestate"];
    return new TracedRequest({
      traceId,
      parentId: parent?.parentId ?? null,
      spanId: this.#ids.span(),
      sampled,
      state: typeof state === "string" && state !== "" ? state : null,
      epochMs: sampled ? clock.now() - clock.monotonic() : 0,
    });
  }

  attemptStarted({ ctx, sentAt }: AttemptFacts): void {
    const { traced } = ctx;
    if (traced?.sampled !== true) return;
    traced.attemptId = this.#ids.span();
    traced.attemptFirstByteAt = null;
    if (traced.sentAt !== null) return;
    traced.sentAt = sentAt;
    const { bytes } = ctx.body;
    const { headers } = ctx.incoming;
    traced.asked = {
      ofAttempts: askedNumbers(bytes),
      ofTrace: this.#settings.config.traceExport.forLangfuse
        ? langfuseAttributes({ headers, body: bytes, spans: ctx.fields.spans })
        : {},
    };
  }

  attemptFirstByte({ ctx: { traced } }: AttemptFacts, now: number): void {
    if (traced !== null) traced.attemptFirstByteAt = now;
  }

  attemptEnded(attempt: AttemptFacts, end: AttemptEnd, now: number): void {
    const { traced } = attempt.ctx;
    if (traced?.sampled !== true || traced.attemptId === null) return;
    this.#open?.sink.add(attemptSpan(attempt, traced, { ...end, now }));
  }

  requestEnded(ctx: RequestContext, end: RequestEnd): void {
    const { traced } = ctx;
    if (traced?.sampled === true) this.#open?.sink.add(requestSpan(ctx, traced, end));
  }

  async #change(): Promise<void> {
    const { traceExport } = this.#settings.config;
    const key = traceExport.destinations.length === 0 ? null : keyOf(traceExport);
    const before = this.#open;
    if (key === (before?.key ?? null)) return;
    try {
      this.#open = key === null ? null : { key, sink: await this.#openSink(traceExport) };
    } catch (error) {
      const stack = error instanceof Error ? error.stack : String(error);
      this.#deps.log.error({ error: stack }, "internal error: tracing cannot begin");
      return;
    }
    // What went to the old ones is sent to them, beside what comes.
    void this.#end(before);
  }

  async #openSink(traceExport: TraceExport): Promise<SpanSink> {
    const { load, log, registry } = this.#deps;
    if (this.#loaded === null) {
      this.#loaded = { library: await load(), counts: new ExportCounts(registry) };
      for (const { attempts, requests } of this.#lists) {
        attempts.push(this);
        requests.push(this);
      }
    }
    const { library, counts } = this.#loaded;
    const destinations = traceExport.destinations.map((one) => {
      const headers = () => headersFor(one, this.#settings.secrets);
      return new SpanDestination(one, { library, counts, log, headers });
    });
    return new SpanSink(library, traceExport.resource, destinations);
  }

  async #end(open: Open | null): Promise<boolean> {
    if (open === null) return true;
    const enough = new AbortController();
    const closed = open.sink.close().then(
      () => true,
      () => false,
    );
    const late = this.#deps.clock.sleep(CLOSE_MS, enough.signal).then(() => false);
    const isClosed = await Promise.race([closed, late]);
    enough.abort();
    return isClosed;
  }
}

/** What needs connections of its own where it differs: sampling and the values of secrets do not. */
function keyOf({ destinations, resource, forLangfuse }: TraceExport): string {
  const each = destinations.map((one) => ({ ...one, headers: [...one.headers] }));
  return JSON.stringify([each, resource, forLangfuse]);
}
