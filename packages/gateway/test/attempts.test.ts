import * as fc from "fast-check";
import { expect, test } from "vitest";
import { DEFAULT_BREAKER } from "@rollcall/contract";
import { Secrets } from "@rollcall/runtime";
import type { DeploymentHealth } from "../src/health/deployment-health.ts";
import type { Evidence } from "../src/health/ejection.ts";
import { configOf, snapshotOf, verdictOn } from "./deployments.ts";
import {
  headOf,
  run,
  scriptedGateway,
  scriptedRequest,
  type Attempt,
  type Scripted,
} from "./scripted-gateway.ts";

const error = (fields: object) => Buffer.from(JSON.stringify({ error: { message: "m", ...fields } }));
const event = (choice: object) => Buffer.from(`data: ${JSON.stringify({ choices: [choice] })}\n\n`);
const JSON_TYPE = { "content-type": "application/json" };
const EVENTS = { "content-type": "text/event-stream" };

interface Stage {
  /** Lets so much time pass that every deadline is over. */
  readonly expire: () => void;
  readonly leave: (requestId: string) => void;
}

type Play = (attempt: Attempt, stage: Stage) => void;

function answer(status: number, body: Buffer, headers: Record<string, string> = JSON_TYPE): Play {
  return ({ sink }) => {
    sink.head(headOf(status, headers));
    sink.data(body);
    sink.end();
  };
}

function breakAfter(body: Buffer | null, headers = EVENTS): Play {
  return ({ sink }) => {
    if (body !== null) {
      sink.head(headOf(200, headers));
      sink.data(body);
    }
    sink.fail({ code: "ECONNRESET", unsent: false });
  };
}

/** All that a backend, the network or the app may do to an attempt. */
const PLAYS = {
  answers: answer(200, Buffer.from('{"choices":[]}')),
  streams: answer(200, event({ delta: { content: "x" }, finish_reason: "stop" }), EVENTS),
  resets: breakAfter(null),
  "breaks off in the head of an answer": breakAfter(Buffer.from('{"choi'), JSON_TYPE),
  "breaks off after the first event": breakAfter(event({ delta: { content: "x" } })),
  "breaks off after the opening": breakAfter(event({ delta: { role: "assistant", content: "" } })),
  fails: answer(500, error({ type: "InternalServerError" })),
  "has no engine": answer(500, error({ message: "EngineCore encountered an issue" })),
  "has had too much": answer(429, error({}), { ...JSON_TYPE, "retry-after": "2" }),
  refuses: answer(400, error({ type: "BadRequestError" })),
  "has no room": answer(400, error({ message: "maximum context length is 10 tokens" })),
  "has another name": answer(404, error({ type: "NotFoundError", message: "The model does not exist" })),
  "has another key": answer(401, error({ message: "Unauthorized" })),
  aborts: answer(200, event({ delta: {}, finish_reason: "abort" }), EVENTS),
  "aborts after text": ({ sink }) => {
    sink.head(headOf(200, EVENTS));
    sink.data(event({ delta: { content: "x" } }));
    sink.data(event({ delta: {}, finish_reason: "abort" }));
  },
  forbids: answer(403, Buffer.from("<html>blocked</html>"), { "content-type": "text/html" }),
  redirects: answer(307, Buffer.alloc(0), { location: "https://elsewhere.internal/" }),
  "fails in words": answer(500, error({ message: "list index out of range" })),
  "is busy": answer(503, error({ message: "busy" }), { ...JSON_TYPE, "retry-after": "2" }),
  "errs under a 200": answer(200, error({ code: 502 })),
  "answers nothing": answer(200, Buffer.alloc(0)),
  "answers half": answer(200, Buffer.from('{"choices":[{')),
  "answers a page": answer(200, Buffer.from("<html></html>"), { "content-type": "text/html" }),
  "streams nothing": answer(200, Buffer.from(": ping\n\n"), EVENTS),
  "streams only its end": answer(200, Buffer.from("data: [DONE]\n\n"), EVENTS),
  "errs in its first event": answer(200, Buffer.from('event: error\ndata: {"detail":"boom"}\n\n'), EVENTS),
  "streams text without an end": answer(200, event({ delta: { content: "x" } }), EVENTS),
  "ends a stream and stays open": ({ sink }, { expire }) => {
    sink.head(headOf(200, EVENTS));
    sink.data(event({ delta: { content: "x" }, finish_reason: "stop" }));
    sink.data(Buffer.from("data: [DONE]\n\n"));
    expire();
  },
  "never answers": (_attempt, { expire }) => expire(),
  "falls silent after the first event": ({ sink }, { expire }) => {
    sink.head(headOf(200, EVENTS));
    sink.data(event({ delta: { content: "x" } }));
    expire();
  },
  "is left by the app": ({ requestId }, { leave }) => leave(requestId),
  "fails, and the app leaves": (attempt, stage) => {
    PLAYS.resets(attempt, stage);
    stage.leave(attempt.requestId);
  },
} as const satisfies Record<string, Play>;

type PlayName = keyof typeof PLAYS;
const PLAY_NAMES = Object.keys(PLAYS) as PlayName[];

const FALLBACKS = ["b"];

const CONFIG = configOf(
  {
    "a-1": { alias: "a", params: { order: 1 } },
    "a-2": { alias: "a", params: { order: 1, max_parallel_requests: 1 } },
    "a-3": { alias: "a", params: { order: 2 } },
    "a-4": { alias: "a" },
    "b-1": { alias: "b" },
    "c-1": { alias: "c" },
  },
  {
    router_settings: {
      fallbacks: [{ a: FALLBACKS }],
      context_window_fallbacks: [{ a: ["c"] }],
      routing_strategy: "least-busy",
    },
    litellm_settings: { num_retries: 2 },
  },
);

/** `a-4` is never proven. */
const SNAPSHOT = snapshotOf(
  CONFIG.deployments.map((deployment) => verdictOn(deployment, deployment.id === "a-4" ? "loading" : "ok")),
);

interface Asked {
  readonly stream: boolean;
  readonly num_retries: number | undefined;
  readonly disable_fallbacks: boolean;
  readonly pauseMs: number;
}

interface Seen {
  readonly request: Scripted;
  readonly asked: Asked;
  readonly tried: string[];
  contextMoves: number;
  left: boolean;
  /** What an attempt did that none may do. */
  readonly wrongs: string[];
}

/** Plays requests, several at once, each attempt as the script says, and watches every attempt. */
async function play(batches: readonly (readonly Asked[])[], script: readonly PlayName[], drained: boolean) {
  const seen = new Map<string, Seen>();
  const evidence = new Map<string, Evidence | null>();
  let turn = 0;
  const { gateway, clock } = scriptedGateway(CONFIG, SNAPSHOT, { play: playOne });
  function playOne(attempt: Attempt): void {
    const name = script[turn % Math.max(script.length, 1)] ?? "answers";
    turn += 1;
    watch(attempt, name);
    const stage: Stage = {
      expire: () => {
        clock.jump(7_000_000);
        gateway.deadlines.look();
      },
      leave: (id) => {
        const one = seen.get(id);
        if (one !== undefined) one.left = true;
        one?.request.outgoing.emit("close");
      },
    };
    PLAYS[name](attempt, stage);
  }
  const against = (id: string) => gateway.health.of(id).evidence(clock.monotonic());
  for (const { id } of CONFIG.deployments) {
    const health: DeploymentHealth = gateway.health.of(id);
    const started = health.started.bind(health);
    // What was known before the attempt made a trial of it.
    health.started = (now) => {
      evidence.set(id, against(id));
      started(now);
    };
  }
  function watch({ deployment, requestId }: Attempt, name: PlayName): void {
    const one = seen.get(requestId);
    if (one === undefined) throw new Error("an attempt for nobody");
    if (deployment === "a-4") one.wrongs.push("sent to one that is not proven");
    if (evidence.get(deployment)?.definite === true) one.wrongs.push("sent to one that is surely unfit");
    if (one.request.outgoing.headersSent) one.wrongs.push("sent again after the first byte");
    if (one.left) one.wrongs.push("sent for nobody");
    if (deployment === "a-2" && gateway.health.of("a-2").inFlight > 1) one.wrongs.push("sent to a full one");
    one.tried.push(deployment);
    if (name === "has no room") one.contextMoves += 1;
  }
  if (drained) while (gateway.retryBudget.spend());
  let count = 0;
  for (const batch of batches) {
    const requests = batch.map((wanted) => {
      count += 1;
      clock.jump(wanted.pauseMs);
      const request = scriptedRequest(`r-${count}`, { model: "a", ...wanted });
      const fresh = { tried: [], contextMoves: 0, left: false, wrongs: [] };
      seen.set(request.requestId, { request, asked: wanted, ...fresh });
      return run(gateway, request);
    });
    await Promise.all(requests);
  }
  return { gateway, clock, against, seen: [...seen.values()] };
}

/** Aliases that stand in for the one that is asked for, each asked once when its own retries are over. */
const MOST_FALLBACKS = Math.max(...[...CONFIG.fallbacks.values()].map((names) => names.length), 0);

const asked = fc.record({
  stream: fc.boolean(),
  num_retries: fc.option(fc.nat({ max: 4 }), { nil: undefined }),
  disable_fallbacks: fc.boolean(),
  pauseMs: fc.nat({ max: 3_000 }),
});
const batches = fc.array(fc.array(asked, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 8 });
const scriptOf = (names: readonly PlayName[]) =>
  fc.array(fc.constantFrom(...names), { minLength: 1, maxLength: 40 });
const script = scriptOf(PLAY_NAMES);

/** What a server gives up as it ends costs no budget: nobody works on it any more. */
const GIVEN_UP: ReadonlySet<PlayName> = new Set(["aborts", "streams only its end"]);
const worked = scriptOf(PLAY_NAMES.filter((name) => !GIVEN_UP.has(name)));

test("whatever happens to attempts, each request ends, within its attempts, and goes nowhere it may not", async () => {
  await fc.assert(
    fc.asyncProperty(batches, script, async (several, outcomes) => {
      const { gateway, clock, against, seen } = await play(several, outcomes, false);
      for (const { request, asked: one, contextMoves, tried, left, wrongs } of seen) {
        expect(wrongs).toEqual([]);
        const retries = Math.min(one.num_retries ?? CONFIG.numRetries, CONFIG.numRetries);
        expect(tried.length).toBeLessThanOrEqual(1 + retries + MOST_FALLBACKS + contextMoves);
        expect(left || request.outgoing.writableEnded || request.outgoing.destroyed).toBe(true);
      }
      expect(gateway.health.inFlight).toBe(0);
      // No trap: a minute later nothing is held against any of them.
      clock.jump(60_000);
      expect(CONFIG.deployments.filter(({ id }) => against(id) !== null)).toEqual([]);
    }),
    { numRuns: 150 },
  );
});

test("an untried one goes before one that this request has failed on, unless nothing else is left", async () => {
  await fc.assert(
    fc.asyncProperty(asked, script, async (one, outcomes) => {
      // Alone and first: nothing is held against any of them but what this very request has met.
      const { seen } = await play([[{ ...one, num_retries: 4 }]], outcomes, false);
      const { tried = [], contextMoves = 0 } = seen[0] ?? {};
      const first = contextMoves === 0 ? tried.slice(0, 3) : [];
      expect(new Set(first).size).toBe(first.length);
    }),
    { numRuns: 100 },
  );
});

test("without a budget for retries there is one attempt for five requests, beside the first of each", async () => {
  await fc.assert(
    fc.asyncProperty(batches, worked, async (several, outcomes) => {
      const own = several.map((batch) => batch.map((one) => ({ ...one, disable_fallbacks: true })));
      const { seen } = await play(own, outcomes, true);
      const attempts = seen.reduce((sum, { tried }) => sum + tried.length, 0);
      expect(attempts).toBeLessThanOrEqual(seen.length * 1.2 + 1e-9);
    }),
    { numRuns: 60 },
  );
});

const ONE = configOf({ one: { params: { api_key: "os.environ/KEY" } } });
const ONE_SNAPSHOT = snapshotOf(ONE.deployments.map((deployment) => verdictOn(deployment)));

/** The only deployment, with its breaker half open: the next request is the trial. */
function halfOpen(name: PlayName) {
  const { gateway, clock, source } = scriptedGateway(ONE, ONE_SNAPSHOT, {
    play: (attempt) => {
      const expire = () => {
        clock.jump(7_000_000);
        gateway.deadlines.look();
      };
      PLAYS[name](attempt, { expire, leave: () => request.outgoing.emit("close") });
    },
  });
  const health = gateway.health.of("one");
  for (let turn = 0; turn < 5; turn += 1) {
    health.failed({ kind: "server_error", reason: "down", at: clock.monotonic() }, DEFAULT_BREAKER);
  }
  clock.jump(1_000);
  const request = scriptedRequest("r", { model: "chat", stream: true, num_retries: 0 });
  return { gateway, clock, source, request, evidence: () => health.evidence(clock.monotonic()) };
}

test.each(PLAY_NAMES)("a trial that %s does not keep the next one out for good", async (name) => {
  const { gateway, clock, request, evidence } = halfOpen(name);
  await run(gateway, request);
  clock.jump(60_000);
  expect(evidence()).toBe(null);
});

test("a trial that is refused by a key that was rotated meanwhile does not keep the next one out for good", async () => {
  const { gateway, clock, source, request, evidence } = halfOpen("has another key");
  const secrets = Secrets.read(ONE, { env: { KEY: "sk-new" }, directory: "/" });
  Object.assign(source, {
    refresh: () => gateway.update({ config: ONE, secrets, generation: 2 }, ONE_SNAPSHOT),
  });
  await run(gateway, request);
  expect(gateway.state.get().generation).toBe(2);
  clock.jump(60_000);
  expect(evidence()).toBe(null);
});

test("a name that a request gives many times is asked once: one request does not use up the retries of all", async () => {
  const attempts: string[] = [];
  const { gateway } = scriptedGateway(CONFIG, SNAPSHOT, {
    play: (attempt) => {
      attempts.push(attempt.deployment);
      attempt.sink.fail({ code: "ECONNRESET", unsent: false });
    },
  });
  const fallbacks = Array.from({ length: 500 }, () => "b");
  await run(gateway, scriptedRequest("r", { model: "a", num_retries: 0, fallbacks }));
  expect(attempts).toEqual([expect.stringMatching(/^a-/), "b-1"]);
  expect(gateway.retryBudget.left).toBe(99);
});
