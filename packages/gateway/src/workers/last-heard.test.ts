import { FakeClock } from "@rollcall/testkit";
import { expect, test } from "vitest";
import { lastHeard } from "./last-heard.ts";

const said = (agoMs: number) => ({ lastHeard: () => Promise.resolve(agoMs) });
const silent = { lastHeard: () => new Promise<number>(() => {}) };
const NEVER = Number.POSITIVE_INFINITY;

test.each([
  ["the last of them counts", [said(900), said(20), said(NEVER)], 20],
  ["none has heard", [said(NEVER), said(NEVER)], NEVER],
  ["there are no others", [], NEVER],
  ["one does not say", [said(900), silent], null],
])("%s", async (_what, workers, agoMs) => {
  const clock = new FakeClock();
  const asked = lastHeard(workers, "http://a:8000", clock);
  await clock.advance(1_000);
  expect(await asked).toBe(agoMs);
  expect(clock.sleepers).toBe(0);
});
