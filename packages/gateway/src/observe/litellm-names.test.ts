import { expect, test } from "vitest";
import { configOf } from "../../test/deployments.ts";
import { countRequest } from "../../test/ended-requests.ts";
import { gaugeReadings } from "../../test/gauge-readings.ts";
import { LITELLM_NAMES, withLiteLlmNames } from "./litellm-names.ts";
import { GatewayMetrics } from "./metrics.ts";
import { printCounts } from "./print-counts.ts";

async function printed(): Promise<string> {
  const metrics = new GatewayMetrics();
  metrics.initialise(configOf({ a: {}, b: {} }));
  countRequest(metrics, "chat", { ms: 120 });
  countRequest(metrics, "chat", { status: 503 });
  const counts = await metrics.read(gaugeReadings({ inFlight: [["a", 2]] }));
  return printCounts(withLiteLlmNames(counts), "text");
}

test("every one of LiteLLM's names is there, and ours are too", async () => {
  const page = await printed();
  for (const name of Object.keys(LITELLM_NAMES)) expect(page).toContain(`\n# TYPE ${name} `);
  expect(page).toContain("\n# TYPE rollcall_gateway_tokens_total counter");
});

test("labels have LiteLLM's names, and what has none there is summed over", async () => {
  const found = (await printed()).split("\n");
  expect(found).toEqual(
    expect.arrayContaining([
      'litellm_proxy_total_requests_metric_total{requested_model="chat",route="/chat/completions",status_code="200"} 1',
      'litellm_proxy_failed_requests_metric_total{requested_model="chat",route="/chat/completions",exception_status="503"} 1',
      'litellm_request_total_latency_metric_bucket{le="0.25",requested_model="chat"} 2',
      'litellm_request_total_latency_metric_count{requested_model="chat"} 2',
      'litellm_total_tokens_metric_total{requested_model="chat",model_id="b"} 0',
      'litellm_in_flight_requests{model_id="a"} 2',
    ]),
  );
});
