import type { Registry } from "prom-client";
import { OWN_SECONDS, SECONDS, TOKENS, type Count, type Series } from "./series.ts";
import { SeriesCounter, SeriesHistogram } from "./series-metrics.ts";

type Labels = "alias" | "endpoint";

/** The series of one alias at one endpoint. */
export interface EndpointSeries {
  readonly duration: Series;
  readonly firstByte: Series;
  readonly firstToken: Series;
  readonly perToken: Series;
  readonly gaps: Series;
  readonly overhead: Series;
  readonly inputTokens: Series;
  readonly outputTokens: Series;
  /** Tokens by deployment. */
  readonly tokens: Map<string, TokenSeries>;
}

/** What one deployment read and wrote for one alias at one endpoint. */
export interface TokenSeries {
  readonly input: Count;
  readonly output: Count;
  readonly cached: Count;
  readonly reasoning: Count;
}

/** What is counted by alias and endpoint, each pair found by two look-ups, and not by a text of both. */
export class EndpointMetrics {
  readonly #byAlias = new Map<string, Map<string, EndpointSeries>>();
  readonly #duration: SeriesHistogram<Labels>;
  readonly #firstByte: SeriesHistogram<Labels>;
  readonly #firstToken: SeriesHistogram<Labels>;
  readonly #perToken: SeriesHistogram<Labels>;
  readonly #gaps: SeriesHistogram<Labels>;
  readonly #overhead: SeriesHistogram<Labels>;
  readonly #requestTokens: SeriesHistogram<Labels | "type">;
  readonly #tokens: SeriesCounter<Labels | "deployment" | "type">;

  constructor(registry: Registry) {
    const times = (name: string, help: string, bounds: readonly number[] = SECONDS) =>
      new SeriesHistogram<Labels>(
        { name: `rollcall_gateway_${name}_seconds`, help, labelNames: ["alias", "endpoint"] },
        bounds,
        registry,
      );
    this.#duration = times("request_duration", "From the request's head to the end of its answer.");
    this.#firstByte = times("time_to_first_byte", "From the request's head to the first byte of its answer.");
    this.#firstToken = times(
      "time_to_first_token",
      "Of streams: from the request's head to the first event that carries something.",
    );
    this.#perToken = times("time_per_output_token", "Of streams: time for each token behind the first.");
    this.#gaps = times("event_gap", "Of streams: between two pieces that the backend sent.");
    this.#overhead = times("overhead", "What of a request's time the gateway took for itself.", OWN_SECONDS);
    this.#requestTokens = new SeriesHistogram(
      {
        name: "rollcall_gateway_request_tokens",
        help: "Tokens of a request, as its answer says: input or output.",
        labelNames: ["alias", "endpoint", "type"],
      },
      TOKENS,
      registry,
    );
    this.#tokens = new SeriesCounter(
      {
        name: "rollcall_gateway_tokens_total",
        help: "Tokens that answers say they used: input, of it cached, output, of it reasoning.",
        labelNames: ["alias", "deployment", "endpoint", "type"],
      },
      registry,
    );
  }

  of(alias: string, endpoint: string): EndpointSeries {
    let byEndpoint = this.#byAlias.get(alias);
    if (byEndpoint === undefined) this.#byAlias.set(alias, (byEndpoint = new Map()));
    let series = byEndpoint.get(endpoint);
    if (series === undefined) byEndpoint.set(endpoint, (series = this.#begin({ alias, endpoint })));
    return series;
  }

  tokensOf(labels: Readonly<Record<Labels | "deployment", string>>): TokenSeries {
    const { tokens } = this.of(labels.alias, labels.endpoint);
    let series = tokens.get(labels.deployment);
    if (series === undefined) tokens.set(labels.deployment, (series = this.#beginTokens(labels)));
    return series;
  }

  #begin(labels: Readonly<Record<Labels, string>>): EndpointSeries {
    return {
      duration: this.#duration.of(labels),
      firstByte: this.#firstByte.of(labels),
      firstToken: this.#firstToken.of(labels),
      perToken: this.#perToken.of(labels),
      gaps: this.#gaps.of(labels),
      overhead: this.#overhead.of(labels),
      inputTokens: this.#requestTokens.of({ ...labels, type: "input" }),
      outputTokens: this.#requestTokens.of({ ...labels, type: "output" }),
      tokens: new Map(),
    };
  }

  #beginTokens({
    alias,
    deployment,
    endpoint,
  }: Readonly<Record<Labels | "deployment", string>>): TokenSeries {
    const count = (type: keyof TokenSeries) => this.#tokens.of({ alias, deployment, endpoint, type });
    return {
      input: count("input"),
      output: count("output"),
      cached: count("cached"),
      reasoning: count("reasoning"),
    };
  }
}
