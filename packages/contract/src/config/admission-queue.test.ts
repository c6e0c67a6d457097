import { expect, test } from "vitest";
import { configOf, ONE, problemsOf } from "../../test/configs.ts";

const NONE = { size: 0, timeMs: 30_000, isPerWorker: false };

test.each<readonly [about: string, general: object, queue: object, found: object]>([
  ["nothing said", {}, {}, NONE],
  [
    "as many as may run",
    { max_in_flight_requests_per_worker: 8 },
    {},
    { size: 8, timeMs: 1_000, isPerWorker: true },
  ],
  [
    "all said",
    {
      max_in_flight_requests_per_worker: 8,
      max_queued_requests_per_worker: 20,
      admission_queue_timeout_seconds: 2.5,
    },
    {},
    { size: 20, timeMs: 2_500, isPerWorker: true },
  ],
  [
    "none may wait",
    { max_in_flight_requests_per_worker: 8, max_queued_requests_per_worker: 0 },
    {},
    { size: 0, timeMs: 1_000, isPerWorker: true },
  ],
  ["a queue without a limit is none", { max_queued_requests_per_worker: 20 }, {}, NONE],
  [
    "Rollcall's own size wins",
    { max_in_flight_requests_per_worker: 8 },
    { size: 3 },
    { size: 3, timeMs: 30_000, isPerWorker: false },
  ],
  [
    "and its own time",
    { max_in_flight_requests_per_worker: 8 },
    { time: "5s" },
    { size: 8, timeMs: 5_000, isPerWorker: true },
  ],
])("%s", (...row) => {
  const [, general, queue, found] = row;
  const text = `${ONE}general_settings: ${JSON.stringify(general)}\nrollcall: {queue: ${JSON.stringify(queue)}}\n`;
  const config = configOf(text);
  expect({ ...config.queue, isPerWorker: config.queueIsPerWorker }).toEqual(found);
});

test.each([
  ["max_in_flight_requests_per_worker: 0", /max_in_flight_requests_per_worker: found 0/],
  ["max_queued_requests_per_worker: many", /found "many", expected a whole number/],
  ["admission_queue_timeout_seconds: 0", /admission_queue_timeout_seconds: found 0/],
])("%s is a fault", (written, says) => {
  expect(problemsOf(`${ONE}general_settings: {${written}}\n`)).toEqual([expect.stringMatching(says)]);
});
