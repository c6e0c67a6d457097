import { describe, expect, test, vi } from "vitest";
import { FakeClock } from "@rollcall/testkit";
import { candidateOf } from "../../test/candidates.ts";
import { requestTo } from "../../test/ended-requests.ts";
import { UpstreamError } from "../upstream/upstream-error.ts";
import { HealthObserver } from "./health-observer.ts";
import type { AttemptEnd } from "./observer.ts";

function observed() {
  const clock = new FakeClock();
  const reprobe = vi.fn<(id: string) => void>();
  const observer = new HealthObserver({ clock, probeIntervalMs: () => 5_000, reprobe });
  const candidate = candidateOf("a");
  const begin = () => {
    const attempt = { ctx: requestTo("chat"), candidate, number: 1, sentAt: clock.monotonic() };
    observer.attemptStarted(attempt);
    return attempt;
  };
  const end = (attempt: ReturnType<typeof begin>, ended: AttemptEnd) =>
    observer.attemptEnded(attempt, ended, clock.monotonic());
  const fail = (error: UpstreamError, times = 1, excuse: AttemptEnd["excuse"] = null) => {
    for (let turn = 0; turn < times; turn += 1) end(begin(), { outcome: { kind: "failed", error }, excuse });
  };
  const evidence = () => candidate.health.evidence(clock.monotonic());
  return { clock, observer, reprobe, health: candidate.health, begin, end, fail, evidence };
}

const answer = (status: number, retryAfter: string | null = null) => ({
  status,
  error: { message: "m", type: "t", param: null, code: null },
  retryAfter,
});

interface Held {
  /** What an ejection says after one failure. */
  readonly ejected: { readonly definite: boolean; readonly reason: string } | null;
  /** Do five of them open the breaker? */
  readonly opens: boolean;
  /** Is the prober asked to look? */
  readonly reprobes: boolean;
}

const FAULT = { opens: true, reprobes: true };
const NO_FAULT: Held = { ejected: null, opens: false, reprobes: false };

describe("what a failure says of a deployment", () => {
  test.each<[string, UpstreamError, Held]>([
    ["refused", new UpstreamError("down"), { ...FAULT, ejected: { definite: false, reason: "down" } }],
    ["no such host", new UpstreamError("dns"), { ...FAULT, ejected: { definite: false, reason: "dns" } }],
    [
      "no good certificate",
      new UpstreamError("tls"),
      { ...FAULT, ejected: { definite: false, reason: "tls" } },
    ],
    [
      "a proxy's error",
      new UpstreamError("proxy_error"),
      { ...FAULT, ejected: { definite: false, reason: "proxy_error" } },
    ],
    [
      "another name",
      new UpstreamError("wrong_name"),
      { ...FAULT, ejected: { definite: true, reason: "wrong_name" } },
    ],
    [
      "another key",
      new UpstreamError("wrong_key"),
      { ...FAULT, ejected: { definite: false, reason: "wrong_key" } },
    ],
    [
      "an error in words",
      new UpstreamError("server_error", { refusal: "500 boom" }),
      { ...FAULT, ejected: { definite: false, reason: "server_error" } },
    ],
    [
      "a redirect",
      new UpstreamError("not_openai"),
      { ...FAULT, ejected: { definite: false, reason: "not_openai" } },
    ],
    [
      "a dead engine",
      new UpstreamError("engine_dead"),
      { ...FAULT, ejected: { definite: false, reason: "engine_dead" } },
    ],
    ["an error", new UpstreamError("server_error"), { ...FAULT, ejected: null }],
    [
      "an abort",
      new UpstreamError("draining"),
      { ...FAULT, ejected: { definite: false, reason: "draining" } },
    ],
    ["no answer in time", new UpstreamError("timeout", { timeout: "total" }), { ...FAULT, ejected: null }],
    [
      "too many requests",
      new UpstreamError("server_error", { answer: answer(429, "7"), isBusy: true }),
      { reprobes: false, opens: false, ejected: { definite: false, reason: "server_error" } },
    ],
    ["a fault of the request", new UpstreamError("ok", { retryable: false, answer: answer(400) }), NO_FAULT],
    ["no such endpoint", new UpstreamError("ok", { retryable: false, lacksEndpoint: true }), NO_FAULT],
  ])("%s", (_case, error, { ejected, opens, reprobes }) => {
    const once = observed();
    once.fail(error);
    if (ejected === null) expect(once.health.ejection).toBe(null);
    else expect(once.health.ejection).toMatchObject(ejected);
    expect(once.reprobe).toHaveBeenCalledTimes(reprobes ? 1 : 0);
    const often = observed();
    often.fail(error, 5);
    // Whatever the ejection says has ended by then, and a breaker that opened again and again has not.
    often.clock.jump(30_001);
    often.begin();
    expect(often.evidence() !== null).toBe(opens);
  });

  test.each(["own_timeout", "key_rotated"] as const)("nothing, where it is excused by %s", (excuse) => {
    const { evidence, fail, reprobe } = observed();
    fail(new UpstreamError("wrong_key"), 5, excuse);
    expect(evidence()).toBe(null);
    expect(reprobe).not.toHaveBeenCalled();
  });
});

test.each([
  ["7", 7_000],
  ["120", 30_000],
  [null, 1_000],
])("after a 429 with Retry-After %j it is let alone for %i ms, and no longer", (retryAfter, ms) => {
  const { clock, evidence, fail } = observed();
  fail(new UpstreamError("server_error", { answer: answer(429, retryAfter), isBusy: true }));
  clock.jump(ms);
  expect(evidence()).toMatchObject({ definite: false });
  clock.jump(1);
  expect(evidence()).toBe(null);
});

test.each<[string, AttemptEnd]>([
  [
    "a fault of the request",
    {
      outcome: { kind: "failed", error: new UpstreamError("ok", { retryable: false, answer: answer(400) }) },
      excuse: null,
    },
  ],
  ["the app leaving", { outcome: { kind: "abandoned" }, excuse: null }],
  ["a bug of ours", { outcome: { kind: "bug", error: new Error("ours") }, excuse: null }],
  ["a whole answer", { outcome: { kind: "complete" }, excuse: null }],
  ["a time limit for all of it", { outcome: { kind: "cut", cause: "total" }, excuse: null }],
])("a trial that ends with %s makes way for the next one", (_case, ended) => {
  const { begin, clock, end, evidence, fail } = observed();
  fail(new UpstreamError("server_error"), 5);
  clock.jump(1_000);
  const trial = begin();
  expect(evidence()).not.toBe(null);
  end(trial, ended);
  expect(evidence()).toBe(null);
  // Only a whole answer closes the breaker: after anything else the next request is the trial.
  begin();
  expect(evidence() === null).toBe(ended.outcome.kind === "complete");
});

test.each([
  ["cut", "server_error"],
  ["idle", "timeout"],
  ["abort", "server_error"],
] as const)("a trial that is cut (%s) keeps the breaker open, as %s", (cause, reason) => {
  const { begin, clock, end, evidence, fail } = observed();
  fail(new UpstreamError("server_error"), 5);
  clock.jump(1_000);
  end(begin(), { outcome: { kind: "cut", cause }, excuse: null });
  expect(evidence()).toMatchObject({ definite: false, reason });
});

test("a refusal that turns out to be the request's leaves nothing behind", () => {
  const { evidence, fail, observer } = observed();
  const refusal = () => new UpstreamError("wrong_key", { refusal: "403 blocked" });
  const met = Array.from({ length: 5 }, refusal);
  for (const one of met) fail(one);
  expect(evidence()).toMatchObject({ definite: false, reason: "wrong_key" });
  for (const one of met) observer.acquit(one);
  expect(evidence()).toBe(null);
  // Nor is anything left of it in the breaker's count.
  fail(new UpstreamError("server_error"), 4);
  expect(evidence()).toBe(null);
  const other = refusal();
  fail(other);
  expect(evidence()).not.toBe(null);
  observer.acquit(other);
  expect(evidence()).toBe(null);
});

test("requests under way are counted from being sent to the end of the answer", () => {
  const { begin, end, health } = observed();
  const [first, second] = [begin(), begin()];
  expect(health.inFlight).toBe(2);
  end(first, { outcome: { kind: "abandoned" }, excuse: null });
  end(second, { outcome: { kind: "complete" }, excuse: null });
  expect(health.inFlight).toBe(0);
});
