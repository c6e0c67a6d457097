import { metricsPage } from "../vllm/metrics-page.ts";

const IDLE = {
  running: 0,
  waiting: 0,
  promptTokens: 0,
  generationTokens: 0,
  iterations: 0,
  preemptions: 0,
  finished: { stop: 0, length: 0, abort: 0, error: 0, repetition: 0 },
  kvUsage: 0,
  awake: true,
};

/** vLLM's page is some tens of kilobytes long, most of it histograms: whoever scrapes it must read past them. */
const HISTOGRAM = Array.from(
  { length: 600 },
  (_, index) => `vllm:time_to_first_token_seconds_bucket{engine="0",le="${index / 10}",model_name="m"} 0.0\n`,
).join("");

/** What the `/metrics` of every backend of a fleet says: nobody asks it for anything. */
export const IDLE_PAGE =
  HISTOGRAM +
  metricsPage({ style: "current", modelName: "m", startedAtSeconds: 1_755_000_000, engines: [IDLE] });
