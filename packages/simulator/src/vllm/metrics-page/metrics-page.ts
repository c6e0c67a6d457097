import { counters, type EngineFamily, ESTIMATES, gauges } from "./engine-families.ts";
import { histogram, type MetricValues, withCreated } from "./families.ts";
import { ENGINE_HISTOGRAMS } from "./histogram-families.ts";
import { httpFamilies } from "./http-families.ts";
import { processFamilies } from "./process-families.ts";
import { type Family, type Labels, printFamily } from "./prometheus-text.ts";
import { admissions, cacheConfig, loraRequests, toolCalls } from "./server-families.ts";

/**
 * GET /metrics in vLLM's order, some 60 KB of it. Printing takes about a millisecond, which would tell where many idle
 * servers are asked in one process: what has not changed since the last page is kept.
 */
export class MetricsPrinter {
  #key = "";
  #beforeHttp = "";
  #afterHttp = "";

  page({ http, ...values }: MetricValues): string {
    const key = JSON.stringify(values);
    if (key !== this.#key) {
      this.#key = key;
      this.#beforeHttp = print(beforeHttp(values));
      this.#afterHttp = print(afterHttp(values));
    }
    // Several API servers share one registry, which knows neither a process nor its requests.
    const counted = values.style === "data-parallel" ? [] : httpFamilies(http, values.startedAtSeconds);
    return this.#beforeHttp + print(counted) + this.#afterHttp;
  }
}

type Values = Omit<MetricValues, "http">;

function beforeHttp(values: Values): Family[] {
  const { style, startedAtSeconds } = values;
  if (style === "data-parallel")
    return [...engineFamilies(values), ...histograms(values), cacheConfig(values)];
  const own = style === "no-stats" ? [] : created(statistics(values), startedAtSeconds);
  return [...processFamilies(startedAtSeconds), ...own];
}

function afterHttp({ style, modelName, startedAtSeconds }: Values): Family[] {
  return style === "current" ? created([toolCalls(modelName)], startedAtSeconds) : [];
}

function statistics(page: Values): Family[] {
  if (page.style === "old-names") return [...engineFamilies(page), ...histograms(page), cacheConfig(page)];
  const estimates = ESTIMATES.map((family) => filled(family, page));
  return [
    ...estimates,
    ...engineFamilies(page),
    admissions(page.modelName),
    ...histograms(page),
    loraRequests(page.startedAtSeconds),
    cacheConfig(page),
  ];
}

function engineFamilies(page: Values): Family[] {
  return [...gauges(page.style), ...counters(page.style)].map((family) => filled(family, page));
}

function filled({ samples, ...head }: EngineFamily, page: Values): Family {
  return {
    ...head,
    samples: page.engines.flatMap((values, engine) => samples(values, labelsOf(page, engine))),
  };
}

function histograms(page: Values): Family[] {
  return ENGINE_HISTOGRAMS.map(({ name, help, buckets, count, sum }) => {
    const observed = page.engines.map((values, engine) => {
      return { labels: labelsOf(page, engine), count: count(values), sum: sum(values) };
    });
    return histogram({ name, help, buckets: buckets(page.maxModelLen) }, observed);
  });
}

function labelsOf({ modelName }: Values, engine: number): Labels {
  return { engine: String(engine), model_name: modelName };
}

function created(families: readonly Family[], startedAtSeconds: number): Family[] {
  return families.flatMap((family) =>
    family.type === "gauge" ? [family] : withCreated(family, startedAtSeconds),
  );
}

function print(families: readonly Family[]): string {
  return families.map(printFamily).join("");
}
