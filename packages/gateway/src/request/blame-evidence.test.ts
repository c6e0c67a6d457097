import { describe, expect, test } from "vitest";
import { configOf, snapshotOf, verdictOn } from "../../test/deployments.ts";
import { scriptedGateway } from "../../test/scripted-gateway.ts";
import { UpstreamFailure } from "../upstream/failure.ts";
import { blame } from "./blame.ts";

const CONFIG = configOf({ a: {} });
const [DEPLOYMENT] = CONFIG.deployments;

type Facts = ConstructorParameters<typeof UpstreamFailure>[0];

function blamed(facts: Facts, times: number) {
  if (DEPLOYMENT === undefined) throw new Error("no deployment");
  const snapshot = snapshotOf([verdictOn(DEPLOYMENT)]);
  const { gateway, clock } = scriptedGateway(CONFIG, snapshot, () => {});
  for (let turn = 0; turn < times; turn += 1) blame(DEPLOYMENT, new UpstreamFailure(facts), gateway);
  return { gateway, clock };
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
  /** Is it counted as a failed attempt? */
  readonly counted: boolean;
}

const FAULT = { opens: true, counted: true };
const NO_FAULT: Held = { ejected: null, opens: false, counted: false };

describe("what a failure says of a deployment", () => {
  test.each<[string, Facts, Held]>([
    [
      "refused",
      { reason: "down", retryable: true },
      { ...FAULT, ejected: { definite: false, reason: "down" } },
    ],
    [
      "no such host",
      { reason: "dns", retryable: true },
      { ...FAULT, ejected: { definite: false, reason: "dns" } },
    ],
    [
      "no good certificate",
      { reason: "tls", retryable: true },
      { ...FAULT, ejected: { definite: false, reason: "tls" } },
    ],
    [
      "a proxy's error",
      { reason: "proxy_error", retryable: true },
      { ...FAULT, ejected: { definite: false, reason: "proxy_error" } },
    ],
    [
      "another name",
      { reason: "wrong_name", retryable: true },
      { ...FAULT, ejected: { definite: true, reason: "wrong_name" } },
    ],
    [
      "another key",
      { reason: "wrong_key", retryable: true },
      { ...FAULT, ejected: { definite: true, reason: "wrong_key" } },
    ],
    ["an error", { reason: "server_error", retryable: true }, { ...FAULT, ejected: null }],
    [
      "an abort",
      { reason: "draining", retryable: true },
      { ...FAULT, ejected: { definite: true, reason: "draining" } },
    ],
    [
      "no answer in time",
      { reason: "timeout", retryable: true, timeout: "total" },
      { ...FAULT, ejected: null },
    ],
    [
      "too many requests",
      { reason: "server_error", retryable: true, answer: answer(429, "7") },
      { counted: true, opens: false, ejected: { definite: false, reason: "server_error" } },
    ],
    ["a fault of the request", { reason: "ok", retryable: false, answer: answer(400) }, NO_FAULT],
  ])("%s", async (_case, facts, { ejected, opens, counted }) => {
    const once = blamed(facts, 1);
    const found = once.gateway.ejections.get("a", once.clock.monotonic());
    if (ejected === null) expect(found).toBe(null);
    else expect(found).toMatchObject(ejected);
    expect(once.gateway.breakers.open(once.clock.monotonic())).toEqual([]);
    const often = blamed(facts, 5);
    expect(often.gateway.breakers.open(often.clock.monotonic()).length).toBe(opens ? 1 : 0);
    const printed = await once.gateway.metrics.registry.metrics();
    expect(printed.includes('attempt_failures_total{deployment="a"')).toBe(counted);
  });
});

test.each([
  ["7", 7_000],
  ["120", 30_000],
  [null, 1_000],
])("after a 429 with Retry-After %j it is let alone for %i ms, and no longer", (retryAfter, ms) => {
  const { gateway, clock } = blamed(
    { reason: "server_error", retryable: true, answer: answer(429, retryAfter) },
    1,
  );
  clock.jump(ms);
  expect(gateway.ejections.get("a", clock.monotonic())).toMatchObject({ definite: false });
  clock.jump(1);
  expect(gateway.ejections.get("a", clock.monotonic())).toBe(null);
});

test.each<[string, Facts]>([
  ["a fault of the request", { reason: "ok", retryable: false, answer: answer(400) }],
  ["too many requests", { reason: "server_error", retryable: true, answer: answer(429, "1") }],
])("a trial that ends with %s makes way for the next one", (_case, facts) => {
  if (DEPLOYMENT === undefined) throw new Error("no deployment");
  const { gateway, clock } = blamed({ reason: "server_error", retryable: true }, 5);
  clock.jump(1_000);
  gateway.breakers.sent("a", clock.monotonic());
  expect(gateway.breakers.open(clock.monotonic())).toHaveLength(1);
  blame(DEPLOYMENT, new UpstreamFailure(facts), gateway);
  expect(gateway.breakers.open(clock.monotonic())).toEqual([]);
});
