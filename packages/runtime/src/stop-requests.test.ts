import { expect, test } from "vitest";
import { StopRequests } from "./stop-requests.ts";

test.each([
  ["one signal is the first", [0], ["first"]],
  ["one key press that arrives twice is one request", [0, 500], ["first", "duplicate"]],
  ["a later signal is a second request", [0, 501], ["first", "again"]],
  ["and so is each that follows", [7, 20, 600, 700], ["first", "duplicate", "again", "again"]],
])("%s", (_what, times, answers) => {
  const requests = new StopRequests();
  expect(times.map((now) => requests.receive(now))).toEqual(answers);
});
