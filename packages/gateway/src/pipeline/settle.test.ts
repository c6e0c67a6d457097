import { expect, test } from "vitest";
import type { GatewayError } from "../errors/gateway-error.ts";
import { outcomeOf } from "./settle.ts";
import type { Ending } from "./stage.ts";

const failed: GatewayError = {
  kind: "upstream_failed",
  model: "chat",
  reason: "down",
  attempts: 2,
  timeout: null,
  words: null,
};

const answered = (status: number): GatewayError => ({
  kind: "upstream_answer",
  status,
  error: { message: "no", type: "t", param: null, code: null },
  retryAfter: null,
});

test.each<[string, number, Ending, GatewayError | null, string]>([
  ["was answered", 1, "complete", null, "used"],
  ["was cut after its first byte", 1, "upstream_aborted", null, "used"],
  ["was left by its app once it was sent", 1, "client_disconnected", null, "used"],
  ["was left by its app before", 0, "client_disconnected", null, "unused"],
  ["could be sent nowhere", 0, "error", { kind: "all_full", model: "chat" }, "unused"],
  ["failed on every backend", 2, "error", failed, "unused"],
  ["met a bug of ours", 1, "error", { kind: "internal" }, "unused"],
  ["asked wrongly", 1, "error", answered(400), "used"],
  ["came to a backend that had no time", 1, "error", answered(429), "unused"],
  ["broke a backend", 1, "error", answered(500), "unused"],
])("a request that %s", (...[, attempts, ending, failure, outcome]) => {
  expect(outcomeOf({ attempts }, { ending, failure })).toBe(outcome);
});
