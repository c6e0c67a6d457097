import { MetricsPrinter } from "../vllm/metrics-page/metrics-page.ts";

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

/** What the `/metrics` of every backend of a fleet says: nobody asks it for anything. */
export const IDLE_PAGE = new MetricsPrinter().page({
  style: "current",
  modelName: "m",
  startedAtSeconds: 1_755_000_000,
  maxModelLen: 131_072,
  engines: [IDLE],
  http: [],
});
