import { expect, test } from "vitest";
import { FakeClock, settle } from "@rollcall/testkit";
import type { RestartDecision } from "./restart-policy.ts";
import { supervise } from "./supervise.ts";

/** Something whose runs end when the test says so. */
function supervised(giveUpAt = Number.POSITIVE_INFINITY) {
  const clock = new FakeClock();
  const stop = new AbortController();
  const runs: PromiseWithResolvers<string>[] = [];
  const decisions: RestartDecision[] = [];
  const ended = supervise(
    {
      run: (restarts) => {
        expect(restarts).toBe(runs.length);
        const run = Promise.withResolvers<string>();
        runs.push(run);
        return run.promise;
      },
      giveUpAt: () => giveUpAt,
      crashed: (_end, decision) => void decisions.push(decision),
    },
    clock,
    stop.signal,
  );
  const crash = async (end: string) => {
    runs.at(-1)?.resolve(end);
    await settle();
  };
  return { clock, stop, runs, decisions, ended, crash };
}

test("what crashes runs again after a wait that grows, and that is told before it", async () => {
  const { clock, runs, decisions, crash } = supervised();
  await crash("one");
  expect(decisions).toEqual([{ kind: "restart", afterMs: 100, consecutiveCrashes: 1 }]);
  await clock.advance(99);
  expect(runs).toHaveLength(1);
  await clock.advance(1);
  expect(runs).toHaveLength(2);
  await crash("two");
  await clock.advance(200);
  expect(runs).toHaveLength(3);
  expect(decisions.at(-1)).toMatchObject({ afterMs: 200 });
});

test("a healthy run begins the count anew", async () => {
  const { clock, decisions, crash } = supervised();
  await crash("one");
  await clock.advance(100);
  await clock.advance(10_000);
  await crash("two");
  expect(decisions.at(-1)).toMatchObject({ consecutiveCrashes: 1 });
});

test("too many crashes in a row end it, with how the last run ended", async () => {
  const { clock, runs, decisions, crash, ended } = supervised(2);
  await crash("one");
  await clock.advance(100);
  await crash("two");
  expect(await ended).toEqual({ kind: "gave_up", end: "two" });
  expect(decisions.at(-1)).toEqual({ kind: "give_up", consecutiveCrashes: 2 });
  expect(runs).toHaveLength(2);
});

test("stopped while it runs, it ends with that run", async () => {
  const { stop, decisions, crash, ended } = supervised();
  stop.abort();
  await crash("done");
  expect(await ended).toEqual({ kind: "stopped", end: "done" });
  expect(decisions).toEqual([]);
});

test("stopped while it waits, it does not run again", async () => {
  const { stop, runs, crash, ended } = supervised();
  await crash("one");
  stop.abort();
  expect(await ended).toEqual({ kind: "stopped", end: null });
  expect(runs).toHaveLength(1);
});
