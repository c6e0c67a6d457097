import { ENDPOINTS } from "@rollcall/contract";
import { silentLog } from "@rollcall/runtime";
import { FakeClock } from "@rollcall/testkit";
import { expect, onTestFinished, test } from "vitest";
import { candidateOf } from "../../test/candidates.ts";
import { downstream } from "../../test/relayed.ts";
import type { Candidate } from "../routing/candidate.ts";
import type { AttemptOutcome } from "./attempt-outcome.ts";
import { Deadlines } from "./deadlines.ts";
import { SilenceWatch, type SilenceDeps } from "./silence-watch.ts";
import { UpstreamAttempt } from "./upstream-attempt.ts";

const [CHAT] = ENDPOINTS;
const TOKEN = Buffer.from('data: {"choices":[{"delta":{"content":"a"}}]}\n\n');

/** A watch over attempts that a test begins, whose answers come as it says. */
function watched(deps: Partial<SilenceDeps> = {}) {
  if (CHAT === undefined) throw new Error("there is no endpoint");
  const { response } = CHAT;
  const clock = new FakeClock();
  const deadlines = new Deadlines(clock);
  const asked: string[] = [];
  const watch = new SilenceWatch({
    deadlines,
    log: silentLog,
    askProber: (id) => asked.push(id),
    isFresh: () => true,
    heardFrom: () => Number.NEGATIVE_INFINITY,
    ...deps,
  });
  const open: UpstreamAttempt[] = [];
  onTestFinished(() => {
    for (const attempt of open) attempt.cancel();
    deadlines.delete(watch);
    deadlines.look();
  });
  const begin = (candidate: Candidate, { stream = true } = {}) => {
    const { down } = downstream(response, "text/event-stream");
    const outcomes: AttemptOutcome[] = [];
    const attempt = new UpstreamAttempt({
      candidate,
      sentAt: clock.monotonic(),
      names: { alias: "chat", upstream: "served" },
      stream,
      down: { ...down, ended: (outcome) => outcomes.push(outcome) },
      deadlines,
      timeouts: { firstTokenMs: 600_000, idleMs: 60_000, totalAt: Number.POSITIVE_INFINITY },
    });
    attempt.begin({ abort: () => {}, pause: () => {}, resume: () => {} });
    watch.begin(clock.monotonic());
    open.push(attempt);
    const token = () => attempt.data(TOKEN);
    const answer = () => {
      attempt.head({
        status: 200,
        headers: new Map([["content-type", "text/event-stream"]]),
        persistent: true,
        keepAlive: null,
      } as never);
      token();
    };
    return { attempt, outcomes, answer, token };
  };
  /** Time passes as a process sees it that is awake, or in one piece. */
  const pass = (ms: number, stepMs = 50) => {
    for (let left = ms; left > 0; left -= stepMs) {
      clock.jump(Math.min(stepMs, left));
      deadlines.look();
    }
  };
  return { clock, asked, begin, pass };
}

/** The prober says that its port refuses connections from now on. */
function refuse({ deployment, health }: Candidate, clock: FakeClock): void {
  health.refusal = { check: deployment.check, since: clock.now(), at: clock.monotonic() };
}

test("the prober is asked once for a silence, however long it is and however many streams share it", () => {
  const { asked, begin, pass } = watched();
  const candidate = candidateOf("a");
  const streams = Array.from({ length: 20 }, () => begin(candidate));
  for (const { answer } of streams) answer();
  pass(900);
  expect(asked).toEqual([]);
  pass(200);
  expect(asked).toEqual(["a"]);
  pass(30_000);
  expect(asked).toEqual(["a"]);
  streams[0]?.token();
  pass(1_200);
  expect(asked).toEqual(["a", "a"]);
});

test("it is asked at most once a second, though each stream falls silent at a time of its own", () => {
  const { asked, begin, pass } = watched();
  const candidate = candidateOf("a");
  for (let turn = 0; turn < 100; turn += 1) {
    begin(candidate).answer();
    pass(100);
  }
  expect(asked.length).toBeGreaterThan(5);
  expect(asked.length).toBeLessThanOrEqual(10);
});

test("to wait for a first byte is worth a look only where nothing comes from the server", () => {
  const { asked, begin, pass } = watched();
  const candidate = candidateOf("a");
  const flowing = begin(candidate);
  flowing.answer();
  begin(candidate);
  for (let turn = 0; turn < 20; turn += 1) {
    pass(500);
    flowing.token();
  }
  expect(asked).toEqual([]);
  flowing.attempt.cancel();
  pass(1_200);
  expect(asked).toEqual(["a"]);
  pass(20_000);
  expect(asked).toEqual(["a"]);
});

test("an answer that is no stream is silent by nature", () => {
  const { asked, begin, pass } = watched();
  begin(candidateOf("a"), { stream: false });
  pass(10_000);
  expect(asked).toEqual([]);
});

test("behind a closed port silent streams end: told where they had begun, and else tried elsewhere", () => {
  const { clock, begin, pass } = watched();
  const candidate = candidateOf("a");
  const running = begin(candidate);
  running.answer();
  const queued = begin(candidate);
  const json = begin(candidate, { stream: false });
  pass(300);
  refuse(candidate, clock);
  pass(1_600);
  expect([running.outcomes, queued.outcomes]).toEqual([[], []]);
  pass(200);
  expect(running.outcomes).toEqual([{ kind: "cut", cause: "cut" }]);
  expect(queued.outcomes).toMatchObject([{ kind: "failed", error: { reason: "down", retryable: true } }]);
  expect(json.outcomes).toEqual([]);
});

test.each<
  [what: string, deps: Partial<SilenceDeps>, act: (bed: ReturnType<typeof watched>, one: Candidate) => void]
>([
  ["the port is open", {}, () => {}],
  ["what the prober says is stale", { isFresh: () => false }, ({ clock }, one) => refuse(one, clock)],
  [
    "the verdict is on another address",
    {},
    ({ clock }, { health }) =>
      (health.refusal = { check: "another", since: clock.now(), at: clock.monotonic() }),
  ],
  [
    "an answer of another deployment on that server ended after the refusal",
    { heardFrom: () => Number.POSITIVE_INFINITY },
    ({ clock }, one) => refuse(one, clock),
  ],
  [
    "another stream goes on",
    {},
    (bed, one) => {
      const other = bed.begin(one);
      other.answer();
      refuse(one, bed.clock);
      for (let turn = 0; turn < 20; turn += 1) {
        bed.pass(500);
        other.token();
      }
    },
  ],
  [
    "this process stood still, and bytes may wait unread",
    {},
    ({ clock, pass }, one) => {
      pass(100);
      refuse(one, clock);
      pass(5_000, 2_500);
      one.health.refusal = null;
    },
  ],
])("no stream ends where %s", (_what, deps, act) => {
  const bed = watched(deps);
  const candidate = candidateOf("a");
  const { answer, outcomes } = bed.begin(candidate);
  answer();
  act(bed, candidate);
  bed.pass(10_000);
  expect(outcomes).toEqual([]);
});

test.each<[what: string, agoMs: number | null, ends: boolean]>([
  ["never heard of it", Number.POSITIVE_INFINITY, true],
  ["heard of it long before", 60_000, true],
  ["has heard of it since", 500, false],
  ["does not say", null, false],
])("where another worker %s (%s ms), streams end: %s", async (_what, agoMs, ends) => {
  const origins: string[] = [];
  const bed = watched({
    heardElsewhere: (origin) => {
      origins.push(origin);
      return Promise.resolve(agoMs);
    },
  });
  const candidate = candidateOf("a");
  const { answer, outcomes } = bed.begin(candidate);
  answer();
  bed.pass(100);
  refuse(candidate, bed.clock);
  bed.pass(2_100);
  await Promise.resolve();
  await new Promise(setImmediate);
  expect(outcomes).toHaveLength(ends ? 1 : 0);
  expect(new Set(origins)).toEqual(new Set(["http://a.internal:8000"]));
});
