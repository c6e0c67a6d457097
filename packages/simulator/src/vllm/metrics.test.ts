import { expect, test } from "vitest";
import { ask } from "../../test/ask.ts";
import { chat, metric, openStream } from "../../test/chat.ts";
import { running } from "../../test/running.ts";

test("the page is Prometheus text 0.0.4, each sample under its HELP and TYPE", async () => {
  const simulator = await running({ now: () => 1_755_400_000_500 });
  await chat(simulator, { max_tokens: 3 });
  const { text, headers } = await ask(`${simulator.url}/metrics`);
  expect(headers["content-type"]).toBe("text/plain; version=0.0.4; charset=utf-8");
  const labels = 'engine="0",model_name="gpt-oss-120b"';
  for (const line of [
    `# TYPE vllm:num_requests_running gauge\nvllm:num_requests_running{${labels}} 0.0\n`,
    `vllm:num_requests_waiting{${labels}} 0.0\n`,
    `vllm:kv_cache_usage_perc{${labels}} 0.0\n`,
    `# TYPE vllm:num_preemptions_total counter\nvllm:num_preemptions_total{${labels}} 0.0\n`,
    `# HELP vllm:prompt_tokens_total Number of prefill tokens processed.\n`,
    `vllm:prompt_tokens_total{${labels}} 6.0\n`,
    `vllm:generation_tokens_total{${labels}} 3.0\n`,
    `vllm:iteration_tokens_total_count{${labels}} 4.0\n`,
    `vllm:iteration_tokens_total_sum{${labels}} 9.0\n`,
    `vllm:request_success_total{engine="0",finished_reason="length",model_name="gpt-oss-120b"} 1.0\n`,
    `vllm:request_success_total{engine="0",finished_reason="repetition",model_name="gpt-oss-120b"} 0.0\n`,
    `vllm:engine_sleep_state{${labels},sleep_state="awake"} 1.0\n`,
    'kv_cache_size_tokens="131072",',
    'num_gpu_blocks="8192",',
    `# TYPE process_start_time_seconds gauge\nprocess_start_time_seconds 1.7554000005e+09\n`,
  ]) {
    expect(text).toContain(line);
  }
});

test("running counts requests in the engine, and the first served name labels everything", async () => {
  const simulator = await running({ servedNames: ['od"d', "b"], firstTokenMs: 60_000 });
  const stream = await openStream(simulator);
  expect(await metric(simulator, 'vllm:num_requests_running{engine="0",model_name="od\\"d"}')).toBe(1);
  expect(await metric(simulator, "vllm:kv_cache_usage_perc")).toBe(0.01);
  stream.destroy();
  await expect.poll(() => metric(simulator, "vllm:num_requests_running")).toBe(0);
});

test("before 0.9.2 the cache has its old name, and neither reasons nor sleep are told", async () => {
  const simulator = await running({ metricsStyle: "old-names" });
  expect(await metric(simulator, "vllm:gpu_cache_usage_perc{")).toBe(0);
  const { text } = await ask(`${simulator.url}/metrics`);
  expect(text).not.toMatch(/kv_cache_usage_perc|waiting_by_reason|engine_sleep_state/);
});

test("without statistics only the process itself is left", async () => {
  const simulator = await running({ metricsStyle: "no-stats" });
  const { status, text } = await ask(`${simulator.url}/metrics`);
  expect(status).toBe(200);
  expect(text).not.toContain("vllm:");
  expect(text).toContain("process_start_time_seconds");
});

test("with data parallelism there is one set of values per engine, and no start time", async () => {
  const simulator = await running({ metricsStyle: "data-parallel" });
  await chat(simulator);
  const labels = (engine: number): string => `{engine="${engine}",model_name="gpt-oss-120b"}`;
  expect(await metric(simulator, `vllm:generation_tokens_total${labels(0)}`)).toBe(12);
  expect(await metric(simulator, `vllm:generation_tokens_total${labels(1)}`)).toBe(0);
  const { text } = await ask(`${simulator.url}/metrics`);
  expect(text).not.toContain("process_start_time_seconds");
  expect(text.match(/# TYPE vllm:num_requests_running /g)).toHaveLength(1);
});

test("one engine of two can be stuck while the other goes on", async () => {
  const simulator = await running({ metricsStyle: "data-parallel" });
  simulator.control.fault("frozen-metrics");
  await chat(simulator);
  const running0 = 'vllm:num_requests_running{engine="0",model_name="gpt-oss-120b"}';
  expect(await metric(simulator, running0)).toBe(0);
  expect(await metric(simulator, running0.replace('"0"', '"1"'))).toBe(1);
  expect(await metric(simulator, 'vllm:generation_tokens_total{engine="0"')).toBe(12);
  expect(await metric(simulator, 'vllm:generation_tokens_total{engine="1"')).toBe(0);
});
