import { counters, type EngineFamily, ESTIMATES, gauges } from "./engine-families.ts";
import { histogram, type MetricValues, withCreated } from "./families.ts";
import { ENGINE_HISTOGRAMS } from "./histogram-families.ts";
import { httpFamilies } from "./http-families.ts";
import { processFamilies } from "./process-families.ts";
import { type Family, type Labels, printFamily } from "./prometheus-text.ts";
import { admissions, cacheConfig, loraRequests, toolCalls } from "./server-families.ts";

/** GET /metrics in vLLM's order, some 60 KB of it. */
export function metricsPage(page: MetricValues): string {
  const { style, startedAtSeconds, http } = page;
  // Several API servers share one registry, which knows neither a process nor when a counter began.
  if (style === "data-parallel")
    return print([...engineFamilies(page), ...histograms(page), cacheConfig(page)]);
  const own = style === "no-stats" ? [] : created(statistics(page), startedAtSeconds);
  const tools = style === "current" ? created([toolCalls(page.modelName)], startedAtSeconds) : [];
  return print([
    ...processFamilies(startedAtSeconds),
    ...own,
    ...httpFamilies(http, startedAtSeconds),
    ...tools,
  ]);
}

function statistics(page: MetricValues): Family[] {
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

function engineFamilies(page: MetricValues): Family[] {
  return [...gauges(page.style), ...counters(page.style)].map((family) => filled(family, page));
}

function filled({ samples, ...head }: EngineFamily, page: MetricValues): Family {
  return {
    ...head,
    samples: page.engines.flatMap((values, engine) => samples(values, labelsOf(page, engine))),
  };
}

function histograms(page: MetricValues): Family[] {
  return ENGINE_HISTOGRAMS.map(({ name, help, buckets, count, sum }) => {
    const observed = page.engines.map((values, engine) => {
      return { labels: labelsOf(page, engine), count: count(values), sum: sum(values) };
    });
    return histogram({ name, help, buckets: buckets(page.maxModelLen) }, observed);
  });
}

function labelsOf({ modelName }: MetricValues, engine: number): Labels {
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
