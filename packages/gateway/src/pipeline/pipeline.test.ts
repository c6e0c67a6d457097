import { afterEach, describe, expect, test, vi } from "vitest";
import { ENDPOINTS, MASTER, type Principal } from "@rollcall/contract";
import type { Log } from "@rollcall/runtime";
import { configOf, snapshotOf, verdictOn } from "../../test/deployments.ts";
import {
  headOf,
  run,
  scriptedGateway,
  scriptedRequest,
  type Attempt,
  type Script,
  type Scripted,
} from "../../test/scripted-gateway.ts";
import type { GatewayError } from "../errors/gateway-error.ts";
import type { Composed } from "../main/compose.ts";
import { GatewayMetrics } from "../observe/metrics.ts";
import { BodyRelay } from "../upstream/relay/body-relay.ts";
import type { Access } from "./access.ts";
import type { Admission, Admitted } from "./admit.ts";
import { pipeline, type PipelineDeps } from "./pipeline.ts";
import type { Reservation } from "./reservation.ts";
import type { Flow, RequestEnd } from "./stage.ts";

afterEach(() => {
  vi.restoreAllMocks();
});

const CONFIG = configOf({ a: {}, b: {} }, { litellm_settings: { num_retries: 1 } });
const SNAPSHOT = snapshotOf(CONFIG.deployments.map((deployment) => verdictOn(deployment)));
const CHAT = { model: "chat" };
const RATE_LIMITED: GatewayError = {
  kind: "rate_limited",
  scope: "api_key",
  unit: "requests",
  limit: 6,
  retryAfterSeconds: 7,
};

/** Answers by the callback alone. */
function admissionBy(reserve: (...asked: Parameters<Admission["reserve"]>) => void): Admission {
  return {
    reserve: (ctx, done) => {
      reserve(ctx, done);
      return null;
    },
  };
}

function reservationOf(settle: () => void): Reservation {
  return { alias: "chat", addHeaders: () => {}, moveTo: () => null, settle };
}

const OPEN: Access = { authenticator: { authenticate: () => MASTER }, authorize: null, admission: null };

function answer({ sink }: Attempt): void {
  sink.head(headOf(200, { "content-type": "application/json" }));
  sink.data(Buffer.from('{"model":"upstream-name","choices":[]}'));
  sink.end();
}

function beginStream({ sink }: Attempt): void {
  sink.head(headOf(200, { "content-type": "text/event-stream" }));
  sink.data(Buffer.from('data: {"choices":[{"delta":{"content":"x"}}]}\n\n'));
}

function breakOff({ sink }: Attempt): void {
  sink.fail({ code: "ECONNRESET", unsent: false });
}

/** Long enough for whatever could still happen. */
async function passTurns(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1)
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
}

/** How it ended, as observers hear it. */
async function endOf(gateway: Composed, request: Scripted): Promise<RequestEnd | undefined> {
  const observed = vi.spyOn(gateway.metrics, "requestEnded");
  await run(gateway, request);
  return observed.mock.lastCall?.[1];
}

describe("the list of stages", () => {
  const flow: Flow = { resume: () => {}, end: () => {}, crash: () => {} };
  const queued = configOf({ a: {} }, { rollcall: { queue: { size: 10 } } });
  const [endpoint] = ENDPOINTS;
  if (endpoint === undefined) throw new Error("no endpoints");
  const admission = admissionBy(() => {});
  const authorize = () => null;
  const listOf = (access: Partial<Access>) => pipeline({ ...OPEN, ...access } as PipelineDeps)(flow);

  test.each<[string, Partial<Access>, boolean, number]>([
    ["authenticate, receive, inspect, route and forward, where nothing else is asked for", {}, false, 5],
    ["authorize too, where a principal may not do everything", { authorize }, false, 6],
    ["admit and stand in too, where principals have limits", { admission }, false, 7],
    ["queue too, where the config lets requests wait", {}, true, 6],
    ["all of them", { authorize, admission }, true, 9],
  ])("has %s", (_case, access, ...[isQueued, length]) => {
    expect(listOf(access)(endpoint, isQueued ? queued : CONFIG)).toHaveLength(length);
  });

  test("is made once for a config and an endpoint", () => {
    const stagesFor = listOf({});
    const stages = stagesFor(endpoint, CONFIG);
    expect(stagesFor(endpoint, CONFIG)).toBe(stages);
    expect(stagesFor(endpoint, queued)).toHaveLength(6);
  });
});

test("a request passes its stages in order, each with what those before it found", async () => {
  const passed: string[] = [];
  const KEY: Principal = { kind: "key", id: "key-1" };
  const access: Access = {
    authenticator: {
      authenticate: ({ authorization }) => {
        passed.push(`authenticate ${authorization ?? ""}`);
        return KEY;
      },
    },
    authorize: ({ principal, alias }) => {
      passed.push(`authorize ${principal.id} for ${alias}`);
      return null;
    },
    admission: admissionBy(({ principal }, done) => {
      passed.push(`admit ${principal.id}`);
      done(reservationOf(() => passed.push("settle")));
    }),
  };
  const play = (attempt: Attempt) => {
    passed.push(`dispatch to ${attempt.deployment}`);
    answer(attempt);
  };
  const { gateway } = scriptedGateway(CONFIG, SNAPSHOT, { play, access });
  const open = gateway.bodies.open.bind(gateway.bodies);
  vi.spyOn(gateway.bodies, "open").mockImplementation((holder) => {
    passed.push(`receive for ${holder}`);
    return open(holder);
  });
  vi.spyOn(gateway.metrics, "requestEnded").mockImplementation(() => void passed.push("observe"));
  await run(gateway, scriptedRequest("r", CHAT, { authorization: "Bearer sk-1" }));
  expect(passed).toEqual([
    "authenticate Bearer sk-1",
    "receive for key-1",
    "authorize key-1 for chat",
    "admit key-1",
    expect.stringMatching(/^dispatch to [ab]$/),
    "settle",
    "observe",
  ]);
});

test("who is refused by a stage is met by none behind it", async () => {
  const reserve = vi.fn<() => void>();
  const play = vi.fn<Script["play"]>();
  const access: Access = { ...OPEN, authorize: () => RATE_LIMITED, admission: admissionBy(reserve) };
  const { gateway } = scriptedGateway(CONFIG, SNAPSHOT, { play, access });
  const { outgoing } = await run(gateway, scriptedRequest("r", CHAT));
  expect(outgoing.statusCode).toBe(429);
  expect([reserve, play].map((mock) => mock.mock.calls.length)).toEqual([0, 0]);
});

/** Answers when the test says so. */
function slowAdmission() {
  const asked: ((result: Admitted) => void)[] = [];
  const access: Access = { ...OPEN, admission: admissionBy((_ctx, done) => void asked.push(done)) };
  const settle = vi.fn<() => void>();
  const reached = async () => {
    await vi.waitFor(() => expect(asked).toHaveLength(1));
    return asked[0];
  };
  return { access, settle, reached };
}

describe("an admission that answers later", () => {
  test("holds the request until then, and lets it go on", async () => {
    const { access, settle, reached } = slowAdmission();
    const play = vi.fn<Script["play"]>(answer);
    const { gateway } = scriptedGateway(CONFIG, SNAPSHOT, { play, access });
    const ended = run(gateway, scriptedRequest("r", CHAT));
    const admitted = await reached();
    await passTurns();
    expect(play).not.toHaveBeenCalled();
    admitted?.(reservationOf(settle));
    const { outgoing, reservation } = await ended;
    expect(outgoing.statusCode).toBe(200);
    expect(reservation).not.toBeNull();
    expect([play, settle].map((mock) => mock.mock.calls.length)).toEqual([1, 1]);
  });

  test("may refuse, which ends the request", async () => {
    const { access, reached } = slowAdmission();
    const play = vi.fn<Script["play"]>(answer);
    const { gateway } = scriptedGateway(CONFIG, SNAPSHOT, { play, access });
    const ended = endOf(gateway, scriptedRequest("r", CHAT));
    (await reached())?.(RATE_LIMITED);
    expect(await ended).toMatchObject({ status: 429, failure: RATE_LIMITED });
    expect(play).not.toHaveBeenCalled();
  });

  test("gives back at once what it reserves for an app that has left", async () => {
    const { access, settle, reached } = slowAdmission();
    const play = vi.fn<Script["play"]>(answer);
    const { gateway } = scriptedGateway(CONFIG, SNAPSHOT, { play, access });
    const request = scriptedRequest("r", CHAT);
    const ended = run(gateway, request);
    const admitted = await reached();
    request.outgoing.emit("close");
    await ended;
    expect(settle).not.toHaveBeenCalled();
    admitted?.(reservationOf(settle));
    await passTurns();
    expect(settle).toHaveBeenCalledOnce();
    expect(play).not.toHaveBeenCalled();
    expect(gateway.bodies.heldBytes).toBe(0);
  });
});

/** How requests end that were admitted. */
const ENDS: Readonly<Record<string, (attempt: Attempt, leave: () => void) => void>> = {
  "complete, as one body": answer,
  "complete, as a stream": (attempt) => {
    beginStream(attempt);
    attempt.sink.end();
  },
  "with an error of every backend": breakOff,
  "with the backend's refusal": ({ sink }) => {
    sink.head(headOf(400, { "content-type": "application/json" }));
    sink.data(Buffer.from('{"error":{"message":"no","type":"x","code":null,"param":null}}'));
    sink.end();
  },
  "cut after the first byte": (attempt) => {
    beginStream(attempt);
    breakOff(attempt);
  },
  "since the app left before the answer": (_attempt, leave) => leave(),
  "since the app left in the middle": (attempt, leave) => {
    beginStream(attempt);
    leave();
  },
  "by a bug": (attempt) => {
    vi.spyOn(BodyRelay.prototype, "end").mockImplementation(() => {
      throw new TypeError("a bug");
    });
    answer(attempt);
  },
  "by a bug of an observer": (attempt) => {
    vi.spyOn(GatewayMetrics.prototype, "attemptEnded").mockImplementation(() => {
      throw new TypeError("a bug");
    });
    answer(attempt);
  },
};

describe.each(Object.entries(ENDS))("a reservation whose request ends %s", (_case, end) => {
  test.each([
    ["at once", (act: () => void) => act()],
    ["later", (act: () => void) => void setImmediate(act)],
  ])("is settled once, if it was made %s", async (_when, schedule) => {
    const settle = vi.fn<() => void>();
    const access: Access = {
      ...OPEN,
      admission: admissionBy((_ctx, done) => schedule(() => done(reservationOf(settle)))),
    };
    const request = scriptedRequest("r", CHAT);
    const leave = () => void request.outgoing.emit("close");
    const { gateway } = scriptedGateway(CONFIG, SNAPSHOT, { access, play: (attempt) => end(attempt, leave) });
    const observed = vi.spyOn(gateway.metrics, "requestEnded");
    await run(gateway, request);
    leave();
    await passTurns();
    expect([settle, observed].map((mock) => mock.mock.calls.length)).toEqual([1, 1]);
    expect([gateway.bodies.heldBytes, gateway.health.inFlight]).toEqual([0, 0]);
  });
});

test("a reservation whose request no deployment can get is settled, too", async () => {
  const settle = vi.fn<() => void>();
  const access: Access = { ...OPEN, admission: admissionBy((_ctx, done) => done(reservationOf(settle))) };
  const { gateway } = scriptedGateway(CONFIG, SNAPSHOT, { access, play: answer });
  const { outgoing } = await run(gateway, scriptedRequest("r", { model: "unheard-of" }));
  expect(outgoing.statusCode).toBe(404);
  expect(settle).toHaveBeenCalledOnce();
});

test("a bug in settling is logged, and spoils neither the answer nor what is observed", async () => {
  const error = vi.fn<(facts: object, message: string) => void>();
  const log = { debug: () => {}, info: () => {}, warn: () => {}, error } as unknown as Log;
  const settle = () => {
    throw new TypeError("no ledger");
  };
  const access: Access = { ...OPEN, admission: admissionBy((_ctx, done) => done(reservationOf(settle))) };
  const { gateway } = scriptedGateway(CONFIG, SNAPSHOT, { access, log, play: answer });
  const observed = vi.spyOn(gateway.metrics, "requestEnded");
  const { outgoing } = await run(gateway, scriptedRequest("r", CHAT));
  expect(outgoing.statusCode).toBe(200);
  expect(observed).toHaveBeenCalledOnce();
  expect(error.mock.calls.map(([facts]) => facts)).toEqual([
    { requestId: "r", error: expect.stringContaining("no ledger") as string },
  ]);
});

test("bodies of one key share memory, from whichever address they come, and not with those of another", async () => {
  const config = configOf({ a: {} }, { rollcall: { gateway: { max_body: "1MiB", body_memory: "4MiB" } } });
  const access: Access = {
    ...OPEN,
    authenticator: { authenticate: ({ authorization = "" }) => ({ kind: "key", id: authorization }) },
  };
  const snapshot = snapshotOf(config.deployments.map((deployment) => verdictOn(deployment)));
  const { gateway } = scriptedGateway(config, snapshot, { access, play: answer });
  gateway.bodies.open("key-1").grow(1024 * 1024);
  const ask = (key: string) => endOf(gateway, scriptedRequest("r", CHAT, { authorization: key }));
  expect(await ask("key-1")).toMatchObject({ failure: { kind: "body_memory_full", scope: "share" } });
  expect(await ask("key-2")).toMatchObject({ status: 200 });
});
