import { describe, expect, test } from "vitest";
import { UpstreamError } from "../upstream/upstream-error.ts";
import { nextStep, pauseMs, type Failure, type NextStep } from "./next-step.ts";

const DOWN = new UpstreamError("down");
const REJECTED = new UpstreamError("ok", { retryable: false, answer: answer(400) });
const TOO_LONG = new UpstreamError("ok", {
  retryable: false,
  answer: answer(400, null, "context_length_exceeded"),
});

const LATE = new UpstreamError("timeout", { timeout: "first_token" });
const REFUSED = new UpstreamError("wrong_key", { refusal: "403 blocked" });

const LACKING = new UpstreamError("ok", { retryable: false, lacksEndpoint: true });

function answer(status: number, retryAfter: string | null = null, code: string | null = null) {
  return { status, error: { message: "m", type: "t", param: null, code }, retryAfter };
}

const busy = (retryAfter: string | null) =>
  new UpstreamError("server_error", { answer: answer(429, retryAfter), isBusy: true });

/** The first attempt failed, there is another deployment, and nothing else to turn to. */
const FIRST: Failure = {
  error: DOWN,
  attempts: 1,
  retries: 2,
  resend: "always",
  late: 0,
  isRepeated: false,
  hasAnother: true,
  hasBudget: true,
  fallback: null,
  longerContext: null,
  random: 0.5,
};

const GIVEN_UP = new UpstreamError("draining");

const GIVE_UP: NextStep = { kind: "give_up" };
const after = (afterMs: number): NextStep => ({ kind: "retry", afterMs });

test.each<[string, Partial<Failure>, NextStep]>([
  ["another deployment is asked at once", {}, after(0)],
  ["the same one is given a moment, with as much again by chance", { hasAnother: false }, after(75)],
  ["the moment doubles", { hasAnother: false, attempts: 2 }, after(150)],
  ["a fault of the request is nobody else's either", { error: REJECTED }, GIVE_UP],
  ["retries are counted", { attempts: 3 }, GIVE_UP],
  ["who lacks the endpoint is not asked again, but another is", { error: LACKING }, after(0)],
  ["whether or not it may be sent again: nothing was done", { error: LACKING, resend: "never" }, after(0)],
  ["where there is no other, nobody is", { error: LACKING, hasAnother: false }, GIVE_UP],
  ["but a fallback", { error: LACKING, hasAnother: false, fallback: "b" }, { kind: "fallback", alias: "b" }],
  ["the last of them is made", { attempts: 2 }, after(0)],
  ["without a budget there is none", { hasBudget: false }, GIVE_UP],
  ["what a server gave up as it ended needs none", { error: GIVEN_UP, hasBudget: false }, after(0)],
  ["but is counted", { error: GIVEN_UP, attempts: 3 }, GIVE_UP],
  ["a fallback comes after the retries", { fallback: "b" }, after(0)],
  ["then it does", { attempts: 3, fallback: "b" }, { kind: "fallback", alias: "b" }],
  ["a fallback costs budget too", { attempts: 3, fallback: "b", hasBudget: false }, GIVE_UP],
  ["no retries leave the fallback", { retries: 0, fallback: "b" }, { kind: "fallback", alias: "b" }],
  ["a fault of the request has no fallback", { error: REJECTED, fallback: "b" }, GIVE_UP],
  [
    "a prompt that is too long goes where there is room, without budget or retries",
    { error: TOO_LONG, longerContext: "long", hasBudget: false, retries: 0 },
    { kind: "longer_context", alias: "long" },
  ],
  ["where there is no more room it is the request's fault", { error: TOO_LONG }, GIVE_UP],
  ["what the backend asks for is waited", { error: busy("2"), hasAnother: false }, after(2_000)],
  ["but not where another can be asked", { error: busy("2") }, after(0)],
  ["five seconds are waited", { error: busy("5"), hasAnother: false }, after(5_000)],
  ["more is for the app to know", { error: busy("5.001"), hasAnother: false }, GIVE_UP],
  ["more is no matter where another can be asked", { error: busy("60") }, after(0)],
  ["what was late is asked of another one", { error: LATE, late: 1 }, after(0)],
  ["but never begun anew where it was under way", { error: LATE, late: 1, hasAnother: false }, GIVE_UP],
  [
    "then a fallback is the other one",
    { error: LATE, late: 1, hasAnother: false, fallback: "b" },
    { kind: "fallback", alias: "b" },
  ],
  ["late twice is enough", { error: LATE, late: 2, fallback: "b" }, GIVE_UP],
  [
    "what was late before is not begun anew there after another fault",
    { late: 1, hasAnother: false },
    GIVE_UP,
  ],
  ["the same refusal from a second one ends the search", { error: REFUSED, isRepeated: true }, GIVE_UP],
  [
    "but another alias may not refuse",
    { error: REFUSED, isRepeated: true, fallback: "b" },
    { kind: "fallback", alias: "b" },
  ],
  ["a first refusal is asked of another one", { error: REFUSED }, after(0)],
  ["a refusal that does not pass is not asked for twice", { error: REFUSED, hasAnother: false }, GIVE_UP],
  ["what may never be sent again is not", { resend: "never" }, GIVE_UP],
  ["what may be resent unsent is not, once it was sent", { resend: "unsent" }, GIVE_UP],
  [
    "what was not sent is",
    { resend: "unsent", error: new UpstreamError("down", { unsent: true }) },
    after(0),
  ],
])("%s", (_case, facts, expected) => {
  expect(nextStep({ ...FIRST, ...facts })).toEqual(expected);
});

describe("Retry-After", () => {
  test.each<[string | null, number]>([
    ["1", 1_000],
    ["7", 7_000],
    ["0.5", 500],
    ["0", 0],
    ["30", 30_000],
    ["3600", 30_000],
    ["-5", 1_000],
    ["Wed, 21 Oct 2015 07:28:00 GMT", 1_000],
    ["soon", 1_000],
    [null, 1_000],
  ])("%j lets a deployment alone for %i ms", (retryAfter, expected) => {
    expect(pauseMs(retryAfter)).toBe(expected);
  });
});
