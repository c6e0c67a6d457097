import { ENDPOINTS, type Config, type Deployment } from "@rollcall/contract";
import { Counter, Registry } from "prom-client";
import { saysUsage } from "../endpoints/usage-request.ts";
import type { GatewayError } from "../errors/gateway-error.ts";
import type { RequestContext } from "../pipeline/request-context.ts";
import type { Ending, RequestEnd } from "../pipeline/stage.ts";
import { readCounts, type Counts } from "./counts.ts";
import { DeploymentMetrics } from "./deployment-series.ts";
import { EndpointMetrics } from "./endpoint-series.ts";
import { GaugeMetrics, type GaugeReadings } from "./gauge-metrics.ts";
import { ByKeyMetrics } from "./by-key-metrics.ts";
import { overheadOf } from "./overhead.ts";
import type { AttemptEnd, AttemptFacts, AttemptObserver, RequestObserver } from "./observer.ts";
import { RequestCounts } from "./request-counts.ts";
import { SECONDS } from "./series.ts";
import { SeriesHistogram } from "./series-metrics.ts";
import type { TokenUsage } from "./token-usage.ts";

/** Endings of a request whose answer had begun: one series each, from the start. */
const ENDINGS: readonly Ending[] = ["complete", "upstream_aborted", "client_disconnected", "error"];

/** Of more deployments than these each has its series from its first attempt on: a page of all would be megabytes. */
const MOST_BEGUN = 500;

/** What Prometheus reads. Labels are aliases and deployment ids of the config, endpoints, statuses and reason codes: all bounded. */
export class GatewayMetrics implements AttemptObserver, RequestObserver {
  readonly registry = new Registry();
  readonly #requests = new RequestCounts([this.registry]);
  readonly #endpoints = new EndpointMetrics(this.registry);
  readonly #deployments = new DeploymentMetrics(this.registry);
  readonly #byKey = new ByKeyMetrics(this.registry);
  readonly #unmetered: Counter<"alias" | "endpoint" | "ending">;
  readonly #interrupted: Counter<"alias" | "endpoint" | "ending">;
  readonly #rejected: Counter<"endpoint" | "reason">;
  readonly #retried: Counter<"alias" | "ending">;
  readonly #fallbacks: Counter<"alias" | "ending">;
  readonly #queueWait = new SeriesHistogram<"alias">(
    {
      name: "rollcall_gateway_queue_wait_seconds",
      help: "How long requests waited that a model had to be loaded for.",
      labelNames: ["alias"],
    },
    SECONDS,
    this.registry,
  );
  readonly #gauges: GaugeMetrics;

  constructor() {
    const counter = <L extends string>(name: string, help: string, labelNames: L[]) =>
      new Counter<L>({
        name: `rollcall_gateway_${name}_total`,
        help,
        labelNames,
        registers: [this.registry],
      });
    this.#unmetered = counter(
      "unmetered_requests",
      "Requests with an answer that does not say which tokens it used, by how they ended.",
      ["alias", "endpoint", "ending"],
    );
    this.#interrupted = counter(
      "interrupted",
      "Answers that did not end: cut by the backend, or left by the client.",
      ["alias", "endpoint", "ending"],
    );
    this.#rejected = counter("rejected_requests", "Requests that the gateway itself rejected, by reason.", [
      "endpoint",
      "reason",
    ]);
    this.#retried = counter("retried_requests", "Requests that took several attempts, by how they ended.", [
      "alias",
      "ending",
    ]);
    this.#fallbacks = counter(
      "fallbacks",
      "Requests for an alias that another one stood in for, by how they ended.",
      ["alias", "ending"],
    );
    this.#gauges = new GaugeMetrics(this.registry);
  }

  attemptStarted({ candidate: { id } }: AttemptFacts): void {
    this.#deployments.of(id);
  }

  promptTruncated({ candidate: { id } }: AttemptFacts): void {
    this.#deployments.truncated(id);
  }

  attemptFirstByte(attempt: AttemptFacts, now: number): void {
    const { candidate, ctx, sentAt } = attempt;
    const { alias, endpoint, startedAt } = ctx;
    const series = this.#endpoints.of(alias, endpoint.name);
    series.firstByte.record((now - startedAt) / 1_000);
    if (!ctx.fields.stream || endpoint.upgrade !== undefined) return;
    series.firstToken.recordIn(traceOf(ctx), (now - startedAt) / 1_000);
    this.#deployments.of(candidate.id).firstToken.record((now - sentAt) / 1_000);
    attempt.gaps = series.gaps;
  }

  attemptEnded({ candidate: { id }, ctx, sentAt }: AttemptFacts, end: AttemptEnd, now: number): void {
    this.#deployments.ended(ctx.alias, id, end);
    if (end.outcome.kind === "complete") this.#deployments.of(id).duration.record((now - sentAt) / 1_000);
    if (isMetered(ctx) && ctx.usage !== null) this.#meter(ctx, id, ctx.usage);
  }

  requestEnded(ctx: RequestContext, { ending, failure, status, ms }: RequestEnd): void {
    const { alias, endpoint } = ctx;
    const series = this.#endpoints.of(alias, endpoint.name);
    this.#requests.add(alias, endpoint.name, status);
    series.duration.recordIn(traceOf(ctx), ms / 1_000);
    if (ctx.attempts > 0 && endpoint.upgrade === undefined)
      series.overhead.record(overheadOf(ctx, ms) / 1_000);
    if (ctx.attempts > 1) this.#retried.inc({ alias, ending });
    if (ctx.fallbacks > 0) this.#fallbacks.inc({ alias, ending });
    if (ctx.queuedMs > 0) this.#queueWait.of({ alias }).record(ctx.queuedMs / 1_000);
    if (ending === "upstream_aborted" || ending === "client_disconnected")
      this.#interrupted.inc({ alias, endpoint: endpoint.name, ending });
    if (ctx.firstByteAt !== null && saysUsage(endpoint) && !isMetered(ctx))
      this.#unmetered.inc({ alias, endpoint: endpoint.name, ending });
    if (failure !== null && status < 500 && failure.kind !== "upstream_answer")
      this.rejected(endpoint.name, failure.kind);
    this.#byKey.requestEnded(ctx, status);
  }

  /** `endpoint`: of the table, or `models`, or `other`; never a path that was sent. */
  rejected(endpoint: string, reason: GatewayError["kind"]): void {
    this.#rejected.inc({ endpoint, reason });
  }

  /** Begins the series of every alias at zero, for what its mode is asked: a counter that is born at one is no increase. */
  initialise({ aliases }: Pick<Config, "aliases">): void {
    for (const endpoint of [...ENDPOINTS.map(({ name }) => name), "models", "other"])
      for (const reason of ["no_key", "wrong_key"]) this.#rejected.inc({ endpoint, reason }, 0);
    const all = [...aliases.values()].reduce((sum, { length }) => sum + length, 0);
    for (const [alias, deployments] of aliases) {
      const endpoints = ENDPOINTS.filter(({ canary }) =>
        deployments.some(({ mode }) => canary?.modes.includes(mode) === true),
      );
      for (const { name } of endpoints) this.#beginEndpoint(alias, name);
      for (const ending of ENDINGS) {
        this.#retried.inc({ alias, ending }, 0);
        this.#fallbacks.inc({ alias, ending }, 0);
      }
      this.#queueWait.of({ alias });
      if (all <= MOST_BEGUN) this.#beginDeployments(alias, deployments, endpoints);
    }
  }

  /** All that was counted, with the gauges as they are now. */
  read(now: GaugeReadings): Promise<Counts> {
    this.#gauges.set(now);
    return readCounts(this.registry);
  }

  #beginEndpoint(alias: string, endpoint: string): void {
    this.#requests.begin(alias, endpoint);
    this.#endpoints.of(alias, endpoint);
    for (const ending of ENDINGS) this.#unmetered.inc({ alias, endpoint, ending }, 0);
    for (const ending of ["upstream_aborted", "client_disconnected"])
      this.#interrupted.inc({ alias, endpoint, ending }, 0);
  }

  #beginDeployments(
    alias: string,
    deployments: readonly Deployment[],
    endpoints: readonly { readonly name: string }[],
  ): void {
    for (const { id } of deployments) {
      this.#deployments.begin(alias, id);
      for (const { name: endpoint } of endpoints)
        this.#endpoints.tokensOf({ alias, endpoint, deployment: id });
    }
  }

  #meter(ctx: RequestContext, deployment: string, usage: TokenUsage): void {
    const { alias, endpoint, firstByteAt, lastByteAt } = ctx;
    const { input, output, cached, reasoning } = usage;
    const series = this.#endpoints.of(alias, endpoint.name);
    const tokens = this.#endpoints.tokensOf({ alias, endpoint: endpoint.name, deployment });
    if (input !== null) {
      tokens.input.value += input;
      series.inputTokens.record(input);
    }
    if (output !== null) {
      tokens.output.value += output;
      series.outputTokens.record(output);
    }
    tokens.cached.value += cached ?? 0;
    tokens.reasoning.value += reasoning ?? 0;
    if (!ctx.fields.stream || output === null || output < 2 || firstByteAt === null || lastByteAt === null)
      return;
    series.perToken.record(Math.max(0, lastByteAt - firstByteAt) / 1_000 / (output - 1));
  }
}

/** Does its answer say all that it used? A stream that broke off may have said what was read. */
function isMetered({ endpoint, usage }: RequestContext): boolean {
  return usage !== null && (usage.output !== null || endpoint.response.events === null);
}

/** The trace that a request is in, where the config wants it told. */
function traceOf(ctx: RequestContext): string | null {
  return ctx.state.config.metrics.exemplars ? (ctx.trace?.traceId ?? null) : null;
}
