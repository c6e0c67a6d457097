import { expect, it } from "vitest";
import { plain } from "../test/plain-terminal.ts";
import type { RequestExplanation } from "@rollcall/gateway";
import { printRequest, printUnknownRequest } from "./request-text.ts";

const NOW = Date.UTC(2026, 10, 24, 2, 16, 25);

const answered: RequestExplanation = {
  requestId: "req-1",
  traceId: null,
  startedAt: NOW - 60_000,
  endpoint: "chat_completions",
  alias: "chat",
  keyId: "master",
  stream: true,
  status: 200,
  ending: "complete",
  error: null,
  reason: null,
  strategy: "two-choices",
  deployments: [
    { id: "chat-1", standing: "tried" },
    { id: "chat-2", standing: "chosen" },
    { id: "chat-3", standing: "full" },
    { id: "chat-4", standing: "down" },
  ],
  more: 2,
  attempts: [
    {
      deployment: "chat-1",
      alias: "chat",
      outcome: "failed",
      reason: "down",
      status: null,
      timeout: "connect",
      excuse: null,
      afterMs: 0.4,
      ms: 5_000,
      passedOver: [],
    },
    {
      deployment: "chat-2",
      alias: "chat",
      outcome: "complete",
      reason: null,
      status: 200,
      timeout: null,
      excuse: null,
      afterMs: 5_001,
      ms: 1_234,
      passedOver: [],
    },
  ],
  fallbacks: 0,
  times: { totalMs: 6_235, queueMs: 0, overheadMs: 0.62, firstByteMs: 5_090 },
  tokens: { input: 12, output: 5, cached: 8, reasoning: null },
};

it("says how it ended, and then which way it took", () => {
  expect(printRequest(answered, plain, NOW)).toBe(`req-1 was answered: 200.

  Asked:        chat_completions of chat, as a stream, with the key master
  Begun:        1 m ago (2026-11-24T02:15:25Z)
  Route:        two-choices among 6 deployments of chat
                chat-1  tried: this request had failed on it
                chat-2  chosen
                chat-3  full: had as many requests as max_parallel_requests allows
                chat-4  down: It has served and is gone, or refuses connections for far longer than any load takes.
                and 2 more that could not be taken
  Attempts:     1. chat-1 of chat, sent after 0.4 ms, 5.00 s: failed, down, connect timeout
                2. chat-2 of chat, sent after 5.00 s, 1.23 s: answered, status 200
  Times:        first byte after 5.09 s, 6.24 s in all, 0.6 ms the gateway's own
  Tokens:       12 in (8 from a cache), 5 out
`);
});

it.each<[string, Partial<RequestExplanation>]>([
  ["was cut after its first byte: 200, idle", { ending: "upstream_aborted", reason: "idle" }],
  ["was left by its app: 499", { ending: "client_disconnected", status: 499 }],
  [
    "failed: 502, upstream_failed, down",
    { ending: "error", status: 502, error: "upstream_failed", reason: "down" },
  ],
  ["was rejected: 404, unknown_model", { ending: "error", status: 404, error: "unknown_model" }],
])("req-1 %s.", (words, facts) => {
  expect(printRequest({ ...answered, ...facts }, plain, NOW).split("\n")[0]).toBe(`req-1 ${words}.`);
});

it.each([
  [{ found: null, kept: 0, capacity: 0, since: null }, "set rollcall.gateway.explain_requests"],
  [{ found: null, kept: 0, capacity: 10, since: null }, "none has ended there yet"],
  [
    { found: null, kept: 7, capacity: 10, since: NOW - 1_000 },
    "the last 7 of at most 10, which is all since 1 s ago",
  ],
])("one that is not known: %j", (lookup, words) => {
  expect(printUnknownRequest("req-2", lookup, NOW)).toContain(words);
});
