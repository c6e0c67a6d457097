import { spawn } from "node:child_process";
import { once } from "node:events";
import { ENDPOINTS, type TraceExport } from "@rollcall/contract";
import { GatewayMetrics } from "../../../gateway/src/observe/metrics.ts";
import { readJsonFields } from "../../../gateway/src/body/json-fields.ts";
import type { AttemptFacts } from "../../../gateway/src/observe/observer.ts";
import { loadOtel } from "../../../gateway/src/tracing/otel-library.ts";
import { Tracing } from "../../../gateway/src/tracing/tracing.ts";
import { systemClock } from "../../../runtime/src/clock.ts";
import { silentLog } from "../../../runtime/src/log.ts";

/**
 * What spans of a request cost the gateway's process in CPU time, sending them included, by the share that is kept: all that
 * a gateway does for them, and nothing else. The best of several rounds. `node packages/bench/src/micro/spans.ts`
 */
const ROUNDS = 12;
const SECONDS = 1;
/** As fast as a busy worker gets requests: faster than they can be sent they would be dropped, which costs less. */
const PER_SECOND = 5_000;
const SHARES = [0, 0.1, 1];

const COLLECTOR = `const s = require("node:http").createServer((q, r) => q.resume().on("end", () => r.end()));
s.listen(0, "127.0.0.1", () => console.log(s.address().port));`;
const collector = spawn(process.execPath, ["-e", COLLECTOR], { stdio: ["ignore", "pipe", "inherit"] });
const [port] = (await once(collector.stdout, "data")) as [Buffer];

const bytes = Buffer.from(
  JSON.stringify({
    model: "coder",
    max_tokens: 64,
    temperature: 0.2,
    messages: [{ role: "user", content: "Hi" }],
  }),
);
const fields = readJsonFields(bytes);
if (!fields.ok) throw new Error("no fields");

async function open(ratio: number): Promise<Tracing> {
  const deps = {
    load: loadOtel,
    clock: systemClock,
    log: silentLog,
    registry: new GatewayMetrics().registry,
  };
  const endpoint = `http://127.0.0.1:${Number(port)}/v1/traces`;
  const destination = { name: "otlp", endpoint, headers: new Map(), headerLists: [], basic: null } as const;
  const traceExport: TraceExport = {
    destinations: [destination],
    ratio,
    followsParent: true,
    resource: { "service.name": "bench" },
    forLangfuse: false,
  };
  const settings = { config: { traceExport }, secrets: { value: () => null } };
  const tracing = new Tracing(deps, settings);
  await tracing.update(settings);
  return tracing;
}

const usage = { input: 12, output: 64, cached: null, reasoning: null };
const outgoing = { headersSent: true, statusCode: 200 };
const candidate = { id: "coder-1", kind: "vllm", deployment: { alias: "coder" } };

function request(tracing: Tracing): void {
  const now = systemClock.monotonic();
  const ctx = {
    alias: "coder",
    attempts: 1,
    fallbacks: 0,
    queuedMs: 0,
    endpoint: ENDPOINTS.find(({ name }) => name === "chat_completions"),
    principal: { kind: "master" },
    requestId: "req-8d1f4b1c-9f0e-4c0a-9d0d-000000000000",
    startedAt: now,
    firstByteAt: now,
    fields: fields.ok ? fields.value : null,
    body: { bytes },
    incoming: { headers: {} },
    outgoing,
    usage,
    traced: tracing.begin({}),
  };
  const attempt = { ctx, candidate, number: 1, sentAt: now } as unknown as AttemptFacts;
  tracing.attemptStarted(attempt);
  ctx.traced?.headerLines();
  tracing.attemptFirstByte(attempt, now + 1);
  tracing.attemptEnded(attempt, { outcome: { kind: "complete" }, excuse: null }, now + 2);
  tracing.requestEnded(attempt.ctx, { ending: "complete", failure: null, status: 200, ms: 3 });
}

/** Microseconds a request, with what timers and sockets do meanwhile. */
async function round(tracing: Tracing | null): Promise<number> {
  const before = process.cpuUsage();
  const turns = SECONDS * 200;
  for (let turn = 0; turn < turns; turn += 1) {
    if (tracing !== null) for (let one = 0; one < PER_SECOND / 200; one += 1) request(tracing);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  const { user, system } = process.cpuUsage(before);
  return (user + system) / (SECONDS * PER_SECOND);
}

const ways = await Promise.all(SHARES.map(async (share) => ({ share, tracing: await open(share) })));
const best = new Map<string, number>();
const note = (name: string, cost: number) => best.set(name, Math.min(cost, best.get(name) ?? Infinity));
for (let turn = 0; turn < ROUNDS; turn += 1) {
  note("nothing", await round(null));
  for (const { share, tracing } of ways) note(`${share * 100} % kept`, await round(tracing));
}
const idle = best.get("nothing") ?? 0;
for (const [name, cost] of best)
  process.stdout.write(`${name.padEnd(12)} ${(cost - idle).toFixed(2)} µs a request\n`);
collector.kill();
process.exit();
