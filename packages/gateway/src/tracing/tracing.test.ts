import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import type { TraceExport } from "@rollcall/contract";
import { silentLog, type Log } from "@rollcall/runtime";
import { FakeClock, startOtlpReceiver, type OtlpReceiver } from "@rollcall/testkit";
import { Registry } from "prom-client";
import type { RequestContext } from "../pipeline/request-context.ts";
import { loadOtel } from "./otel-library.ts";
import type { TracedRequest } from "./traced-request.ts";
import { Tracing } from "./tracing.ts";

let receiver: OtlpReceiver;
beforeAll(async () => void (receiver = await startOtlpReceiver()));
beforeEach(() => void (receiver.answer = 200));
afterAll(() => receiver.close());

const TRACE = "0af7651916cd43dd8448eb211c80319c";
const PARENT = "b7ad6b7169203331";
const came = (flags: string) => ({ traceparent: `00-${TRACE}-${PARENT}-${flags}`, tracestate: "a=1" });

function settings(changes: Partial<TraceExport> = {}, endpoint = `${receiver.url}/v1/traces`) {
  const destination = { name: "otlp", endpoint, headers: new Map(), headerLists: [], basic: null } as const;
  const traceExport: TraceExport = {
    destinations: [destination],
    ratio: 1,
    followsParent: true,
    resource: { "service.name": "gateway" },
    forLangfuse: false,
    ...changes,
  };
  return { config: { traceExport }, secrets: { value: () => null } };
}

const OFF = settings({ destinations: [] }, "http://nowhere");

function start({ log = silentLog, clock = new FakeClock() }: { log?: Log; clock?: FakeClock } = {}) {
  const registry = new Registry();
  const load = vi.fn<typeof loadOtel>(loadOtel);
  const tracing = new Tracing({ load, clock, log, registry }, OFF);
  const lists = { attempts: [], requests: [] };
  tracing.attach(lists);
  return { tracing, registry, load, lists, clock };
}

/** A request that was refused before anything was known of it. */
function end(tracing: Tracing, headers: Record<string, string> = {}): TracedRequest | null {
  const traced = tracing.begin(headers);
  const ctx = {
    alias: "",
    attempts: 0,
    fallbacks: 0,
    queuedMs: 0,
    endpoint: {
      name: "chat_completions",
      method: "POST",
      paths: ["/v1/chat/completions"],
      dialect: "openai",
    },
    principal: { kind: "master" },
    startedAt: 0,
    requestId: "r-1",
    traced,
  } as unknown as RequestContext;
  tracing.requestEnded(ctx, { ending: "error", failure: { kind: "no_key" }, status: 401, ms: 1 });
  return traced;
}

test("loads nothing and meets no request until the settings say where spans go", async () => {
  const { tracing, load, lists, registry } = start();
  await tracing.update(OFF);
  expect(tracing.isOn).toBe(false);
  expect(load).not.toHaveBeenCalled();
  expect(lists).toEqual({ attempts: [], requests: [] });
  expect(await registry.metrics()).not.toContain("spans");
  await tracing.update(settings());
  expect(tracing.isOn).toBe(true);
  expect(lists).toEqual({ attempts: [tracing], requests: [tracing] });
  await tracing.update(OFF);
  expect(tracing.isOn).toBe(false);
  await tracing.update(settings());
  expect(load).toHaveBeenCalledTimes(1);
  expect(lists.attempts).toHaveLength(1);
  await tracing.close();
});

test.for<[string, Partial<TraceExport>, Record<string, string>, boolean | "as it came"]>([
  ["begins a trace", {}, {}, true],
  ["joins one that is kept", {}, came("01"), true],
  ["leaves one alone that is not", {}, came("00"), "as it came"],
  ["follows its parent, whatever the share", { ratio: 0 }, came("01"), true],
  ["keeps none of a share of none, and says so", { ratio: 0 }, {}, false],
  ["goes by its own share where told to", { ratio: 1, followsParent: false }, came("00"), true],
  ["takes what is no traceparent for none", {}, { traceparent: "00-1-2-01", tracestate: "a=1" }, true],
])("%s", async ([_about, changes, headers, kept]) => {
  const { tracing } = start();
  await tracing.update(settings(changes));
  const traced = tracing.begin(headers);
  await tracing.update(OFF);
  if (kept === "as it came") {
    expect(traced).toBeNull();
    return;
  }
  const joins = headers["traceparent"]?.includes(TRACE) === true;
  const traceId = joins ? TRACE : expect.stringMatching(/^(?!0+$)[0-9a-f]{32}$/);
  expect(traced).toMatchObject({ traceId, sampled: kept, parentId: joins ? PARENT : null });
  const flags = kept ? "01" : "00";
  const state = joins ? "tracestate: a=1\r\n" : "";
  expect(traced?.headerLines()).toBe(
    `traceparent: 00-${traced?.traceId}-${traced?.spanId}-${flags}\r\n${state}`,
  );
});

test("keeps the share of traces that it is told, from the next request on", async () => {
  const { tracing } = start();
  await tracing.update(settings({ ratio: 0.5 }));
  const share = () => {
    const all = Array.from({ length: 2_000 }, () => tracing.begin({})?.sampled);
    return all.filter((sampled) => sampled === true).length / all.length;
  };
  expect(share()).toBeCloseTo(0.5, 1);
  await tracing.update(settings({ ratio: 0.1 }));
  expect(share()).toBeCloseTo(0.1, 1);
  await tracing.close();
});

test("of one trace every gateway keeps the same, and one that keeps less a part of what another does", async () => {
  const { tracing } = start();
  await tracing.update(settings({ ratio: 0.4, followsParent: false }));
  const { tracing: other } = start();
  await other.update(settings({ ratio: 0.2, followsParent: false }));
  const strays = Array.from({ length: 500 }, () => {
    const { traceId = "" } = tracing.begin({}) ?? {};
    const headers = { traceparent: `00-${traceId}-${PARENT}-01` };
    const [much, little] = [tracing, other].map((one) => one.begin(headers)?.sampled ?? false);
    return little === true && much === false;
  });
  expect(strays).not.toContain(true);
  await Promise.all([tracing.close(), other.close()]);
});

test("what waits in the end is sent; an endpoint that changes takes its spans with it", async () => {
  const { tracing, registry } = start();
  const seen = receiver.exports.length;
  await tracing.update(settings());
  end(tracing);
  await tracing.update(settings({}, `${receiver.url}/elsewhere`));
  end(tracing);
  expect(await tracing.close()).toBe(true);
  await vi.waitFor(() => expect(receiver.exports).toHaveLength(seen + 2));
  const paths = receiver.exports.slice(seen).map(({ path }) => path);
  expect(paths.toSorted()).toEqual(["/elsewhere", "/v1/traces"]);
  expect(await registry.metrics()).toContain('rollcall_gateway_spans_exported_total{destination="otlp"} 2\n');
});

test("an endpoint that refuses is told once, and its spans are counted", async () => {
  const lines: object[] = [];
  const at = (level: string) => (facts: object, msg: string) => void lines.push({ level, msg, ...facts });
  const { tracing, registry } = start({ log: { warn: at("warn"), info: at("info") } as unknown as Log });
  receiver.answer = 403;
  await tracing.update(settings());
  for (let index = 0; index < 300; index += 1) end(tracing);
  await tracing.close();
  const dropped = 'rollcall_gateway_spans_dropped_total{destination="otlp",reason="export_failed"} 300\n';
  await vi.waitFor(async () => expect(await registry.metrics()).toContain(dropped));
  const msg = "spans are dropped: their endpoint does not take them";
  expect(lines).toEqual([{ level: "warn", msg, destination: "otlp", error: "403" }]);
});

test("more than the queue holds is dropped and counted at once", async () => {
  const { tracing, registry } = start({ clock: new FakeClock({ sleepsPass: true }) });
  receiver.answer = "nothing";
  await tracing.update(settings());
  for (let index = 0; index < 5_000; index += 1) end(tracing);
  const [, dropped = ""] =
    /spans_dropped_total\{destination="otlp",reason="queue_full"\} (\d+)/.exec(await registry.metrics()) ??
    [];
  expect(Number(dropped)).toBeGreaterThan(2_500);
  // Nobody waits for it for longer than the clock says.
  expect(await tracing.close()).toBe(false);
});
