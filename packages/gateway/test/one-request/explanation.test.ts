import { expect, test } from "vitest";
import { ENDINGS, FIRST_BYTE_MS, playRequest, SHAPES, type RequestCase } from "./request-cases.ts";

/** What is known of it afterwards. */
async function explained(one: RequestCase) {
  const { gateway } = await playRequest(one);
  const { found, ...lookup } = gateway.requests.find("r-1");
  expect(lookup).toMatchObject({ kept: 1, capacity: 10_000 });
  expect(JSON.stringify(found)).not.toMatch(/sk-|secret|internal:|upstream-name/);
  return found;
}

const KNOWN = {
  requestId: "r-1",
  traceId: null,
  startedAt: 1_700_000_000_000,
  endpoint: "chat_completions",
  alias: "chat",
  keyId: "master",
  stream: false,
  status: 200,
  ending: "complete",
  error: null,
  reason: null,
  strategy: "two-choices",
  deployments: [
    { id: "chat-1", standing: "chosen" },
    { id: "chat-2", standing: "order" },
    { id: "chat-3", standing: "down" },
  ],
  more: 0,
  fallbacks: 0,
  times: { totalMs: FIRST_BYTE_MS, queueMs: 0, overheadMs: 0, firstByteMs: FIRST_BYTE_MS },
  tokens: { input: 12, output: 5, cached: null, reasoning: null },
};

test("a chat is known with all that there is to it", async () => {
  const [chat] = SHAPES;
  if (chat === undefined) throw new Error("there are no shapes");
  expect(await explained(chat)).toEqual({
    ...KNOWN,
    attempts: [
      {
        deployment: "chat-1",
        alias: "chat",
        outcome: "complete",
        reason: null,
        status: 200,
        timeout: null,
        excuse: null,
        afterMs: 0,
        ms: FIRST_BYTE_MS,
        passedOver: [
          { id: "chat-3", why: "down" },
          { id: "chat-2", why: "order" },
        ],
      },
    ],
  });
});

test.each(SHAPES.map((one) => [one.about, one] as const))("%s is known", async (_about, one) => {
  const { endpoint = "chat_completions", stream = false } = one;
  expect(await explained(one)).toMatchObject({ endpoint, stream, status: 200, ending: "complete" });
});

const KNOWN_ENDINGS: Readonly<Record<string, object>> = {
  cut: {
    ending: "upstream_aborted",
    reason: "cut",
    attempts: [{ deployment: "chat-1", outcome: "cut", reason: "cut", ms: 100 }],
  },
  "left by its app": { ending: "client_disconnected", attempts: [{ outcome: "abandoned" }] },
  "left before its first byte": {
    status: 499,
    times: { firstByteMs: null },
    tokens: null,
    attempts: [{ outcome: "abandoned" }],
  },
  retried: {
    status: 200,
    attempts: [
      { deployment: "chat-1", outcome: "failed", reason: "down", afterMs: 0, ms: 0 },
      { deployment: "chat-2", outcome: "complete" },
    ],
    deployments: [
      { id: "chat-1", standing: "tried" },
      { id: "chat-2", standing: "chosen" },
      { id: "chat-3", standing: "down" },
    ],
  },
  "fallen back": {
    fallbacks: 1,
    alias: "chat",
    attempts: [{}, {}, {}, { deployment: "other-1", alias: "other", outcome: "complete", passedOver: [] }],
    deployments: [{ id: "other-1", standing: "chosen" }],
  },
  failed: {
    error: "upstream_failed",
    reason: "down",
    attempts: [{ deployment: "lone-1", outcome: "failed" }],
    deployments: [{ id: "lone-1", standing: "chosen" }],
  },
  "refused by its backend": {
    status: 400,
    error: "upstream_answer",
    attempts: [{ outcome: "failed", status: 400 }],
  },
  "with nobody ready": {
    error: "none_ready",
    reason: "down",
    attempts: [],
    deployments: [{ id: "away-1", standing: "down" }],
  },
  "for a model that there is not": { alias: "", error: "unknown_model", attempts: [], deployments: [] },
};

test.each(ENDINGS.map((one) => [one.about, one] as const))("one %s is known", async (about, one) => {
  expect(await explained(one)).toMatchObject(KNOWN_ENDINGS[about] ?? { about: "not in the table" });
});
