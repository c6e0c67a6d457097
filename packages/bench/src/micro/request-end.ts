import { systemClock } from "../../../runtime/src/clock.ts";
import { openAccessLog, openLog } from "../../../runtime/src/log.ts";
import { RequestRing } from "../../../gateway/src/explain/request-ring.ts";
import { RequestLog } from "../../../gateway/src/observe/request-log.ts";
import type { RequestContext } from "../../../gateway/src/pipeline/request-context.ts";
import type { RequestEnd } from "../../../gateway/src/pipeline/stage.ts";
import { playRequest, stream } from "../../../gateway/test/one-request/request-cases.ts";

/**
 * What the end of a request costs, in CPU time: to keep it for `rollcall explain request`, and to write its line in an access
 * log; and what ten thousand of them take in memory. The best of several rounds.
 * `node --expose-gc packages/bench/src/micro/request-end.ts > /dev/null`, the figures are on standard error
 */
const ROUNDS = 9;
const REQUESTS = 50_000;
const KEPT = 10_000;

const END: RequestEnd = { ending: "complete", failure: null, status: 200, ms: 12.34 };

const settings = { gateway: { access_log: true } };
const { ctx } = await playRequest({ about: "", stream: true, plays: [stream] }, { settings });
const facts = Object.assign({}, ctx, { trace: null });

/** Each has an id of its own, as each that comes has. */
function ended(index: number): RequestContext {
  return Object.assign(Object.create(Object.prototype) as RequestContext, facts, {
    requestId: `req-0d9a7c52-7f5e-4f1e-9a63-${String(index).padStart(12, "0")}`,
  });
}

function nanosecondsOf(act: (one: RequestContext) => void): number {
  const pool = Array.from({ length: 1_000 }, (_, index) => ended(index));
  const before = process.cpuUsage();
  for (let done = 0; done < REQUESTS; done += 1) act(pool[done % pool.length] ?? facts);
  const { user, system } = process.cpuUsage(before);
  return ((user + system) * 1_000) / REQUESTS;
}

function print(name: string, act: (one: RequestContext) => void): void {
  let best = Infinity;
  for (let round = 0; round < ROUNDS; round += 1) best = Math.min(best, nanosecondsOf(act));
  process.stderr.write(`${name}: ${best.toFixed(0)} ns a request\n`);
}

const ring = new RequestRing(KEPT, systemClock);
const log = new RequestLog(
  { log: openLog("gateway"), accessLog: openAccessLog("gateway") },
  { add: () => {} },
  Math.random,
);
print("kept for an explanation", (one) => ring.requestEnded(one, END));
print("its line", (one) => log.requestEnded(one, END));

const held = () => {
  globalThis.gc?.();
  const { arrayBuffers, heapUsed } = process.memoryUsage();
  return heapUsed + arrayBuffers;
};
const before = held();
const full = new RequestRing(KEPT, systemClock);
for (let index = 0; index < KEPT; index += 1) full.requestEnded(ended(index), END);
process.stderr.write(`${KEPT} kept: ${((held() - before) / 1024 / 1024).toFixed(2)} MiB\n`);
if (full.find("no").kept !== KEPT) throw new Error("not all were kept");
