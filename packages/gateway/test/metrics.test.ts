import { expect, test, vi } from "vitest";
import { BACKEND_KEY, gatewayFor, MASTER_KEY, simulator, UPSTREAM } from "./harness.ts";

/** One line of Prometheus' text format. */
const LINE = /^(# (HELP|TYPE) \w+ .+|\w+(\{\w+="[^"]*"(,\w+="[^"]*")*\})? (-?[\d.e+-]+|NaN|Nan|\+Inf))$/;

test("/metrics is what Prometheus reads: every line, every series once, every metric with its help", async () => {
  const [bad, good] = [await simulator(), await simulator()];
  const gateway = await gatewayFor({ chat: [bad, good], other: [good] }, { says: { "other-1": "loading" } });
  bad.control.rename(["other"]);
  await gateway.chat();
  await gateway.chat({ model: "other" });
  await gateway.chat({ model: 'gpt"5\n' });
  const { text, headers } = await gateway.ask("/metrics");
  expect(headers["content-type"]).toMatch(/^text\/plain; version=0\.0\.4/);
  const lines = text.split("\n").filter((line) => line !== "");
  expect(lines.filter((line) => !LINE.test(line))).toEqual([]);
  const series = lines
    .filter((line) => !line.startsWith("#"))
    .map((line) => line.slice(0, line.lastIndexOf(" ")));
  expect(new Set(series).size).toBe(series.length);
  const helped = new Set([...text.matchAll(/^# HELP (\w+) /gm)].map(([, name]) => name));
  for (const one of series)
    expect(helped).toContain(one.replace(/\{.*/, "").replace(/_(bucket|sum|count)$/, ""));
});

test("/metrics counts by alias, status, deployment and reason", async () => {
  const [bad, good] = [await simulator(), await simulator()];
  const gateway = await gatewayFor({ chat: [bad, good], other: [good] }, { says: { "other-1": "loading" } });
  bad.control.rename(["other"]);
  await gateway.chat();
  await gateway.chat({ model: "other" });
  await gateway.chat({ model: "gpt-5" });
  for (const [name, value] of [
    ['requests_total{alias="chat",status="200"}', 1],
    ['requests_total{alias="other",status="503"}', 1],
    ['requests_total{alias="",status="404"}', 1],
    ['request_duration_seconds_count{alias="chat"}', 1],
    ['time_to_first_byte_seconds_count{alias="chat"}', 1],
    ['attempt_failures_total{deployment="chat-1",reason="wrong_name"}', 1],
    ['ejected{deployment="chat-1",reason="wrong_name"}', 1],
    ['available_deployments{alias="chat"}', 1],
    ['available_deployments{alias="other"}', 0],
    ["snapshot_sequence", 1],
    ["snapshot_stale", 0],
    ["snapshot_faults_total", 0],
    ["config_generation", 1],
    ["config_fault", 0],
  ] as const) {
    expect([name, await gateway.metric(name)]).toEqual([name, value]);
  }
});

test("/metrics says by which snapshot the gateway goes: 0 before there is one", async () => {
  const gateway = await gatewayFor({ chat: [await simulator()] }, { says: "nothing" });
  expect(await gateway.metric("snapshot_sequence")).toBe(0);
  await gateway.say();
  await expect.poll(() => gateway.metric("snapshot_sequence")).toBe(1);
});

test("names that nobody has in a config make no series: an app cannot fill the memory", async () => {
  const gateway = await gatewayFor({ chat: [await simulator()] });
  for (let turn = 0; turn < 20; turn += 1) await gateway.chat({ model: `gpt-${turn}` });
  const text = await gateway.metrics();
  expect(text).not.toContain("gpt-");
  expect(text).toContain('requests_total{alias="",endpoint="chat_completions",status="404"} 20');
});

test("a request under way is seen, and seen no more when it has ended", async () => {
  const backend = await simulator({ firstTokenMs: 200 });
  const gateway = await gatewayFor({ chat: [backend] });
  const running = gateway.chat();
  await vi.waitFor(async () =>
    expect(await gateway.metric('requests_in_flight{deployment="chat-1"}')).toBe(1),
  );
  await running;
  expect(await gateway.inFlight()).toBe(0);
});

test("no open route names a host, a key or an upstream's name, whatever has happened", async () => {
  const [bad, good] = [await simulator(), await simulator()];
  const gateway = await gatewayFor(
    { chat: [bad, good], other: [bad] },
    { says: { "other-1": "wrong_name" } },
  );
  await bad.control.kill();
  await gateway.chat();
  await bad.control.reset();
  await gateway.tell({});
  bad.control.setKeys(["other"]);
  await gateway.chat();
  await gateway.chat({ model: UPSTREAM });
  await gateway.chat({ model: "chat" }, { authorization: "Bearer sk-wrong" });
  for (const route of ["/metrics", "/readyz?verbose", "/readyz", "/livez"]) {
    const { text } = await gateway.ask(route, { headers: { authorization: "" } });
    for (const secret of [
      UPSTREAM,
      BACKEND_KEY,
      MASTER_KEY,
      "sk-",
      "127.0.0.1",
      String(bad.port),
      String(good.port),
    ]) {
      expect(text).not.toContain(secret);
    }
  }
});

test("/metrics answers in OpenMetrics where asked, with trace ids where the config wants them", async () => {
  const gateway = await gatewayFor(
    { chat: [await simulator()] },
    { rollcall: { metrics: { exemplars: true, litellm_names: true } } },
  );
  const trace = "0af7651916cd43dd8448eb211c80319c";
  await gateway.chat({ stream: true }, { traceparent: `00-${trace}-b7ad6b7169203331-01` });
  const accept = "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5";
  const { headers, text } = await gateway.ask("/metrics", { headers: { accept } });
  expect(headers["content-type"]).toMatch(/^application\/openmetrics-text; version=1\.0\.0/);
  expect(text.endsWith("\n# EOF\n")).toBe(true);
  for (const name of ["request_duration", "time_to_first_token"])
    expect(text).toMatch(
      new RegExp(`^rollcall_gateway_${name}_seconds_bucket\\{.*\\} 1 # \\{trace_id="${trace}"\\} `, "m"),
    );
  expect(text).toMatch(/^# TYPE rollcall_gateway_requests counter$/m);
  expect(text).toMatch(/^litellm_proxy_total_requests_metric_total\{.*\} 1$/m);
  expect((await gateway.ask("/metrics")).text).not.toContain("trace_id");
});
