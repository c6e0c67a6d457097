import { expect, test } from "vitest";
import { overheadOf } from "./overhead.ts";

const REQUEST = { startedAt: 1_000, receivedAt: 1_010, queuedMs: 100, upstreamMs: 500, pausedMs: 50 };

test.for([
  ["what nobody else took", REQUEST, 663, 3],
  [
    "all of a request whose body never came",
    { ...REQUEST, receivedAt: 0, queuedMs: 0, upstreamMs: 0, pausedMs: 0 },
    4,
    4,
  ],
  ["nothing less than nothing", REQUEST, 600, 0],
] as const)("%s is the gateway's", ([, request, ms, own]) => {
  expect(overheadOf(request, ms)).toBe(own);
});
