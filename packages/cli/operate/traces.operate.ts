import { afterAll, beforeAll, expect, test } from "vitest";
import { startSimulator, type Simulator } from "@rollcall/simulator";
import { freePort } from "@rollcall/testkit";
import { eventually, RunningCommand, temporary } from "../test/harness.ts";
import { findCollector, startCollector, type CollectedSpan, type Collector } from "./collector.ts";

const KEY = "sk-master-of-the-lane";
const REQUESTS = 200;

const found = await findCollector();
const missing = "why" in found ? `no collector: ${found.why}` : null;
if (missing !== null) process.stdout.write(`skipped: ${missing}\n`);

let backends: readonly Simulator[] = [];
let collector: Collector;
let files: ReturnType<typeof temporary>;

beforeAll(async () => {
  if ("why" in found) return;
  collector = await startCollector(found.program, await freePort());
  const options = { servedNames: ["served-secretly"], apiKeys: ["sk-backend"], tokensPerSecond: 0 };
  backends = [await startSimulator(options), await startSimulator(options)];
  const entries = backends.map(({ url }) => ({
    model_name: "chat",
    litellm_params: { model: "openai/served-secretly", api_base: url, api_key: "sk-backend" },
  }));
  files = temporary({
    "config.yaml": JSON.stringify({
      model_list: entries,
      general_settings: { master_key: KEY },
      litellm_settings: { success_callback: ["otel"], allowed_fails: 1_000 },
      rollcall: { state: { file: "state.json" }, gateway: { drain: "2s", workers: 2 } },
    }),
  });
}, 900_000);

afterAll(async () => {
  if (missing !== null) return;
  await Promise.all([collector.stop(), ...backends.map((one) => one.close())]);
  files.remove();
});

const traceOf = (index: number) => String(index + 1).padStart(32, "0");
const SPAN = "00f067aa0ba902b7";

/** Whole answers and streams, some of them within a trace that is kept or is not. */
async function ask(url: string, index: number): Promise<number> {
  const flags = index % 3 === 0 ? "00" : "01";
  const answer = await fetch(`${url}/v1/chat/completions`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${KEY}`,
      "content-type": "application/json",
      "x-request-id": `lane-${index}`,
      ...(index % 2 === 0 && { traceparent: `00-${traceOf(index)}-${SPAN}-${flags}` }),
    },
    body: JSON.stringify({
      model: "chat",
      stream: index % 4 < 2,
      max_tokens: 3,
      messages: [{ role: "user", content: "a prompt that nobody keeps" }],
    }),
  });
  await answer.text();
  return answer.status;
}

test.skipIf(missing !== null)(
  `a collector takes every span of ${REQUESTS} requests that two workers answer, a fault among them`,
  async () => {
    const file = files.path("config.yaml");
    const prober = new RunningCommand(["prober", "-c", file, "--port", "0"]);
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, OTEL_SERVICE_NAME: "the-lane" };
    const gateway = new RunningCommand(["gateway", "-c", file, "--port", "0"], { env });
    const [, url = ""] = await gateway.sees(/"address":"([^"]+)"/, 60_000);
    await eventually(async () => {
      const text = await (await fetch(`${url}/readyz?verbose`)).text();
      return text.includes("snapshot is fresh") && !text.includes("unknown");
    }, 60_000);

    const statuses: number[] = [];
    for (let index = 0; index < REQUESTS; index += 1) {
      // One backend resets connections for a while: requests go to the other.
      if (index === 100) backends[0]?.control.fault("reset");
      statuses.push(await ask(url, index));
    }
    expect(new Set(statuses)).toEqual(new Set([200]));
    await gateway.stop();
    await prober.stop();

    const kept = Array.from({ length: REQUESTS }, (_, index) => index).filter(
      (index) => index % 2 !== 0 || index % 3 !== 0,
    );
    const spans = await eventually(() => {
      const all = collector.spans();
      return all.filter(({ kind }) => kind === 2).length === kept.length ? all : null;
    }, 20_000);
    const requests = new Map(
      spans.filter(({ kind }) => kind === 2).map((span) => [span.attributes["rollcall.request.id"], span]),
    );
    expect(new Set(requests.keys())).toEqual(new Set(kept.map((index) => `lane-${index}`)));
    for (const index of kept.filter((one) => one % 2 === 0))
      expect(requests.get(`lane-${index}`)).toMatchObject({ traceId: traceOf(index), parentSpanId: SPAN });
    expectAttempts(spans, [...requests.values()]);
    expect(JSON.stringify(spans)).not.toMatch(/served-secretly|nobody keeps|sk-|127\.0\.0\.1/);
    expect(collector.log()).not.toMatch(/\terror\t/);
  },
);

/** Each is below its request, as many as that says, and all but the last have failed. */
function expectAttempts(spans: readonly CollectedSpan[], requests: readonly CollectedSpan[]): void {
  let retried = 0;
  for (const request of requests) {
    const attempts = spans.filter(({ parentSpanId }) => parentSpanId === request.spanId);
    expect(attempts).toHaveLength(Number(request.attributes["rollcall.attempts"]));
    expect(new Set(attempts.map(({ traceId }) => traceId))).toEqual(new Set([request.traceId]));
    const outcomes = attempts.map(({ attributes }) => attributes["rollcall.outcome"]);
    expect(outcomes.filter((outcome) => outcome === "complete")).toHaveLength(1);
    expect(outcomes.filter((outcome) => outcome === "failed")).toHaveLength(attempts.length - 1);
    retried += attempts.length - 1;
  }
  expect(retried).toBeGreaterThan(0);
}
