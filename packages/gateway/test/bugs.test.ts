import { afterEach, expect, test, vi } from "vitest";
import { Cell, NO_FAULT, Secrets, type Log } from "@rollcall/runtime";
import { FakeClock } from "@rollcall/testkit";
import { compose } from "../src/main/compose.ts";
import { GatewayMetrics } from "../src/observe/metrics.ts";
import { RetryBudget } from "../src/routing/retry-budget.ts";
import type { ResponseSink } from "../src/upstream/http1/sending.ts";
import { StreamRelay } from "../src/upstream/relay/stream-relay.ts";
import { UpstreamError } from "../src/upstream/upstream-error.ts";
import { configOf, snapshotOf, verdictOn } from "./deployments.ts";
import { headOf, run, scriptedRequest } from "./scripted-gateway.ts";

afterEach(() => {
  vi.restoreAllMocks();
});

const CONFIG = configOf({ a: {}, b: {} }, { litellm_settings: { num_retries: 2 } });
const SNAPSHOT = snapshotOf(CONFIG.deployments.map((deployment) => verdictOn(deployment)));
const EVENT = Buffer.from('data: {"choices":[{"delta":{"content":"x"}}]}\n\n');

/** A gateway whose backends all stream one event, and what it logged. */
function gatewayWith() {
  const clock = new FakeClock();
  const error = vi.fn<(facts: object, message: string) => void>();
  const log = { debug: () => {}, info: () => {}, warn: () => {}, error } as unknown as Log;
  const play = (sink: ResponseSink) => {
    sink.head(headOf(200, { "content-type": "text/event-stream" }));
    sink.data(EVENT);
    sink.end();
  };
  const sent = vi.fn<() => void>();
  const gateway = compose({
    settings: { config: CONFIG, secrets: Secrets.read(CONFIG, { env: {}, directory: "/" }), generation: 1 },
    host: "127.0.0.1",
    source: { status: new Cell(NO_FAULT), refresh: () => false },
    reader: { start: () => Promise.resolve(), close: () => Promise.resolve() },
    clock,
    random: () => 0,
    logs: { log, accessLog: log },
    transport: {
      send: (_origin, _request, sink) => {
        sent();
        setImmediate(() => play(sink));
        return { abort: () => {}, pause: () => {}, resume: () => {} };
      },
    },
  });
  gateway.update(gateway.state.get(), SNAPSHOT);
  const ask = () => run(gateway, scriptedRequest("r-1", { model: "chat", stream: true }));
  const evidence = () => [...gateway.health].map((health) => health.evidence(clock.monotonic()));
  return { gateway, error, sent, ask, evidence };
}

test("a bug in what relays an answer is a 500, with its stack in the log; no deployment is blamed, nothing sent again", async () => {
  vi.spyOn(StreamRelay.prototype, "data").mockImplementation(() => {
    throw new TypeError("cannot read properties of undefined");
  });
  const { error, sent, ask, evidence, gateway } = gatewayWith();
  const { outgoing } = await ask();
  expect(outgoing.statusCode).toBe(500);
  expect(sent).toHaveBeenCalledOnce();
  expect(evidence()).toEqual([null, null]);
  expect(gateway.health.inFlight).toBe(0);
  expect(error.mock.calls).toEqual([
    [
      {
        requestId: "r-1",
        error: expect.stringMatching(/TypeError: cannot read[^]*upstream-attempt/) as string,
      },
      "internal error: a bug in the gateway",
    ],
  ]);
});

test("a bug after the first byte ends the stream with an error, and not as if it were whole", async () => {
  vi.spyOn(StreamRelay.prototype, "end").mockImplementation(() => {
    throw new TypeError("at the end");
  });
  const cut = vi.spyOn(StreamRelay.prototype, "cut");
  const { ask, evidence } = gatewayWith();
  const { outgoing } = await ask();
  expect(outgoing.statusCode).toBe(200);
  expect(cut.mock.calls).toEqual([["internal"]]);
  expect(evidence()).toEqual([null, null]);
});

test.each(["attemptStarted", "attemptFirstByte", "attemptEnded", "requestEnded"] as const)(
  "an observer that throws in %s is logged, and spoils neither the answer nor what others observe",
  async (event) => {
    vi.spyOn(GatewayMetrics.prototype, event).mockImplementation(() => {
      throw new Error("observer");
    });
    const { error, ask, gateway } = gatewayWith();
    const { outgoing } = await ask();
    expect(outgoing.statusCode).toBe(200);
    expect(error).toHaveBeenCalledOnce();
    expect(gateway.health.inFlight).toBe(0);
  },
);

test("a bug while the request is sent ends what it had begun", async () => {
  const { ask, evidence, gateway, sent } = gatewayWith();
  sent.mockImplementation(() => {
    throw new TypeError("nothing to send");
  });
  const { outgoing } = await ask();
  expect(outgoing.statusCode).toBe(500);
  expect(gateway.health.inFlight).toBe(0);
  expect(evidence()).toEqual([null, null]);
});

test("a bug in the machinery of retries ends the request with a 500 too", async () => {
  vi.spyOn(RetryBudget.prototype, "left", "get").mockImplementation(() => {
    throw new TypeError("no budget");
  });
  vi.spyOn(StreamRelay.prototype, "data").mockReturnValueOnce(new UpstreamError("draining"));
  const { ask, error } = gatewayWith();
  const { outgoing } = await ask();
  expect(outgoing.statusCode).toBe(500);
  expect(error.mock.calls[0]?.[0]).toMatchObject({ error: expect.stringContaining("no budget") as string });
});
